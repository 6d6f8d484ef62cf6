//! Connections: accepted while there is room, closed when a client is too slow to send or to take, and
//! finished when the server is told to stop.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use app::limits::HEAD;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tower::ServiceExt as _;

/// What one connection, and all together, may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections open at the same time.
    pub connections: usize,
    /// A request's head has to arrive within this, also the first.
    pub head: Duration,
    /// Something of an answer has to be taken within this, each time that nothing more of it can be sent.
    pub take: Duration,
    /// When told to stop, what is under way gets so long.
    pub last_words: Duration,
}

/// Accepts connections until told to stop, and finishes what is under way then. Where there are too many
/// connections, the next waits in the system's queue.
pub async fn accept(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(HEAD);
    let connections = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (permit, stream, client) = tokio::select! {
            () = &mut stop => break,
            accepted = next(&listener, &connections) => accepted,
        };
        // What is written is whole: nothing is gained by waiting for more of it.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |request: http::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(client));
            let router = router.clone();
            async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
        });
        let stream = TokioIo::new(WriteTimeout::new(stream, limits.take));
        tokio::spawn(until_it_ends(graceful.watch(http.serve_connection(stream, service)), permit));
    }
    drop(listener);
    if tokio::time::timeout(limits.last_words, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopped with connections that did not end");
    }
}

/// The next connection, once there is a permit for it.
async fn next(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, TcpStream, SocketAddr) {
    loop {
        let permit = Arc::clone(connections).acquire_owned().await.ok();
        match listener.accept().await {
            Ok((stream, client)) => return (permit, stream, client),
            Err(error) => {
                // No more files may be opened, or the client is gone already: both pass.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn until_it_ends(connection: impl Future<Output = hyper::Result<()>>, permit: Option<OwnedSemaphorePermit>) {
    let _until_then = permit;
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection ended");
    }
}

/// A stream whose other side has to take something of what is written within a time, counted from when
/// it was last able to. Otherwise whoever asks and never reads keeps the connection for ever.
#[derive(Debug)]
pub struct WriteTimeout<S> {
    stream: S,
    within: Duration,
    /// Runs while the other side takes nothing.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> WriteTimeout<S> {
    /// The stream, whose other side has so long each time.
    pub fn new(stream: S, within: Duration) -> Self {
        Self { stream, within, waiting: None }
    }

    fn in_time<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let within = self.within;
        ready!(self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(within))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.in_time(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.in_time(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
