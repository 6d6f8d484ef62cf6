// A mail server for the journeys: takes every mail, and shows over HTTP what it took.
//   node mailbox.mjs SMTP_PORT HTTP_PORT
// GET /?to=ADDRESS: the plain texts of the mails to an address, the latest first, as JSON.

import { createServer } from "node:http";
import { SMTPServer } from "smtp-server";

const [smtpPort, httpPort] = process.argv.slice(2).map(Number);
const taken = [];

/** The part of a mail that is plain text, as it was written. */
function plain(mail) {
  const boundary = /boundary="?([^";\r\n]+)"?/i.exec(mail)?.[1];
  const parts = boundary ? mail.split(`--${boundary}`) : [mail];
  const part = parts.find((one) => /content-type: text\/plain/i.test(one)) ?? "";
  const [head = "", ...rest] = part.replace(/^\r\n/, "").split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  if (/content-transfer-encoding: base64/i.test(head)) return Buffer.from(body, "base64").toString("utf8");
  if (!/quoted-printable/i.test(head)) return body;
  const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS", "AUTH"],
  onData(stream, session, done) {
    const chunks = [];
    stream.on("data", (chunk) => chunks.push(chunk));
    stream.on("end", () => {
      const mail = Buffer.concat(chunks).toString("latin1");
      for (const { address } of session.envelope.rcptTo) taken.unshift({ to: address, text: plain(mail) });
      done();
    });
  },
});
server.listen(smtpPort, "127.0.0.1");

createServer((request, answer) => {
  const to = new URL(request.url ?? "/", "http://mailbox").searchParams.get("to");
  answer.setHeader("Content-Type", "application/json");
  answer.end(JSON.stringify(taken.filter((mail) => mail.to === to).map((mail) => mail.text)));
}).listen(httpPort, "127.0.0.1");
