// Drills what must hold when things go wrong, on loopback, and prints a line for each: the process
// killed, bodies made to bring it down, slow connections, a full disk, an orderly stop. It judges what
// was promised, never how quick the machine is.
//
//   node tools/drill.mjs [--short] [--only kill,payloads,slow,full,stop] [--server FILE] [--port 3998]

import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { payloads } from './drill/payloads.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values: settings } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: 'kill,payloads,slow,full,stop' },
    port: { type: 'string', default: '3998' },
    server: { type: 'string', default: join(root, 'target/release/server') },
  },
})
const port = Number(settings.port)
const folder = mkdtempSync(join(tmpdir(), 'baton-drill-'))
const running = new Set()
const WRITERS = 8
const GIGABYTE_IN_KB = 1024 * 1024

const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds))
const seconds = since => (performance.now() - since) / 1000

// ---- A server and its store

function newStore(name, within = folder) {
  const store = join(within, `${name}.db`)
  const sizes = ['--people', '60', '--projects', '20', '--measurements', '200']
  const said = execFileSync(settings.server, ['bench-fill', '--data', store, ...sizes], { encoding: 'utf8' })
  return { store, ...JSON.parse(said) }
}

// Starts a server; how long it took until it answered. `limit` is its address space in kB.
async function serve(store, limit) {
  const began = performance.now()
  const words = [settings.server, 'serve', '--data', store, '--addr', `127.0.0.1:${port}`]
  const child = limit
    ? spawn('sh', ['-c', `ulimit -v ${limit}; exec "$@"`, 'sh', ...words], {
        env: { ...process.env, RUST_LOG: 'error', NO_COLOR: '1', MIMALLOC_ARENA_RESERVE: '65536' },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
    : spawn(words[0], words.slice(1), {
        env: { ...process.env, RUST_LOG: 'error', NO_COLOR: '1' },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
  running.add(child)
  const said = []
  child.stderr.setEncoding('utf8').on('data', text => said.push(text))
  child.ended = new Promise(done => child.on('exit', (code, signal) => {
    running.delete(child)
    done({ code, signal })
  }))
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The server stopped:\n${said.join('')}`)
    const answer = await ask({ path: '/health', limit: 1000 })
    if (answer.status === 200) return { child, ready: seconds(began) }
    if (seconds(began) > 30) throw new Error('The server did not become ready.')
    await pause(5)
  }
}

async function stop({ child }, signal = 'SIGTERM') {
  child.kill(signal)
  return child.ended
}

// One request. Never rejects: no answer is the status 0.
function ask({ path, method = 'GET', cookie = '', body, headers = {}, agent = false, limit = 30_000 }) {
  return new Promise(resolve => {
    const none = () => resolve({ status: 0, headers: {}, body: '' })
    const request = http.request({ host: '127.0.0.1', port, path, method, agent, headers: {
      cookie, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }), ...headers,
    } }, answer => {
      const parts = []
      answer.on('data', part => parts.push(part))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts).toString() }))
      answer.on('error', none)
    })
    request.on('error', none)
    request.setTimeout(limit, () => request.destroy())
    request.end(body)
  })
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }

function record(filled, place, agent) {
  const [year, month, day] = new Date().toISOString().slice(0, 10).split('-')
  const body = `measure=${filled.measure}&taken_on=${day}+${month}+${year}&place=${place}&value=7&numerator=7&denominator=20`
  return ask({ path: '/api/measurements/record', method: 'POST', cookie: filled.trainee, body, headers: FORM, agent })
}

const accepted = status => status >= 200 && status < 400

// Records points from several writers until told to stop; those whose answer arrived.
function write(filled, round) {
  const acknowledged = []
  const refused = new Map()
  let going = true
  const one = async writer => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let number = 0; going; number += 1) {
      const place = `drill-${round}-${writer}-${number}`
      const { status } = await record(filled, place, agent)
      if (accepted(status)) acknowledged.push(place)
      else refused.set(status, (refused.get(status) ?? 0) + 1)
      if (status === 0) break
    }
    agent.destroy()
  }
  const done = Promise.all(Array.from({ length: WRITERS }, (_, writer) => one(writer)))
  return { acknowledged, refused, finish: () => { going = false; return done }, done }
}

// The places of the recorded points, from the file that people download.
async function stored(filled) {
  const answer = await ask({ path: `/measures/${filled.measure}/points.csv`, cookie: filled.trainee })
  if (answer.status !== 200) throw new Error(`The points could not be read: ${answer.status}.`)
  return answer.body.match(/drill-\d+-\d+-\d+/g) ?? []
}

function compare(acknowledged, found) {
  const there = new Set(found)
  return {
    lost: acknowledged.filter(place => !there.has(place)).length,
    doubled: found.length - there.size,
    unanswered: there.size - acknowledged.filter(place => there.has(place)).length,
  }
}

// Asks for /health all the time; the longest that it took, and how often there was no 200.
function watchHealth() {
  const seen = { worst: 0, failed: 0, asked: 0 }
  let going = true
  const done = (async () => {
    while (going) {
      const began = performance.now()
      const { status } = await ask({ path: '/health', limit: 10_000 })
      seen.worst = Math.max(seen.worst, seconds(began))
      seen.asked += 1
      if (status !== 200) seen.failed += 1
      await pause(20)
    }
    return seen
  })()
  return () => { going = false; return done }
}

// ---- The drills. Each gives the line that it prints and whether what was promised held.

async function kill() {
  const rounds = settings.short ? 4 : 100
  const total = { acknowledged: 0, lost: 0, doubled: 0 }
  let slowest = 0
  let filled
  let acknowledged = []
  const settle = async server => {
    const { lost, doubled } = compare(acknowledged, await stored(filled))
    total.acknowledged += acknowledged.length
    total.lost += lost
    total.doubled += doubled
    acknowledged = []
    await stop(server)
    execFileSync(settings.server, ['check', '--data', filled.store], { stdio: 'ignore' })
  }
  for (let round = 0; round < rounds; round += 1) {
    // A measure holds a limited number of points.
    if (round % 20 === 0) {
      if (filled) await settle(await serve(filled.store))
      filled = newStore(`kill-${round}`)
    }
    const server = await serve(filled.store)
    if (round % 20 !== 0) slowest = Math.max(slowest, server.ready)
    const writing = write(filled, round)
    await pause(60 + Math.random() * 200)
    await stop(server, 'SIGKILL')
    await writing.done
    acknowledged.push(...writing.acknowledged)
  }
  await settle(await serve(filled.store))
  return {
    line: `${rounds} × SIGKILL under ${WRITERS} writers: ${total.acknowledged} acknowledged, ${total.lost} lost, `
      + `${total.doubled} doubled; ready again within ${slowest.toFixed(2)} s`,
    held: total.acknowledged > 0 && total.lost === 0 && total.doubled === 0,
  }
}

async function stopInOrder() {
  const filled = newStore('stop')
  const server = await serve(filled.store)
  const writing = write(filled, 0)
  await pause(settings.short ? 500 : 3000)
  const began = performance.now()
  const { code } = await stop(server)
  const took = seconds(began)
  await writing.done
  const again = await serve(filled.store)
  const { lost, doubled, unanswered } = compare(writing.acknowledged, await stored(filled))
  await stop(again)
  return {
    line: `SIGTERM under ${WRITERS} writers: ended with ${code} in ${took.toFixed(2)} s; ${writing.acknowledged.length} acknowledged, `
      + `${lost} lost, ${doubled} doubled, ${unanswered} done without an answer`,
    held: code === 0 && writing.acknowledged.length > 0 && lost + doubled + unanswered === 0,
  }
}

async function slow() {
  const number = settings.short ? 100 : 500
  const filled = newStore('slow')
  const server = await serve(filled.store)
  const head = 'GET / HTTP/1.1\r\nHost: x\r\nX-A: '
  const body = 'POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na'
  const sockets = Array.from({ length: number }, (_, one) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(one % 2 ? head : body))
    return socket.on('error', () => {})
  })
  const drip = setInterval(() => sockets.forEach(socket => socket.writable && socket.write('a')), 1000)
  await pause(300)
  const health = watchHealth()
  const writing = write(filled, 0)
  const pages = { answered: 0, failed: 0, worst: 0 }
  const until = performance.now() + (settings.short ? 2000 : 15_000)
  const agent = new http.Agent({ keepAlive: true })
  while (performance.now() < until) {
    const began = performance.now()
    const { status } = await ask({ path: `/projects/${filled.project}`, cookie: filled.trainee, agent })
    pages[status === 200 ? 'answered' : 'failed'] += 1
    pages.worst = Math.max(pages.worst, seconds(began))
  }
  await writing.finish()
  const { worst, failed } = await health()
  clearInterval(drip)
  sockets.forEach(socket => socket.destroy())
  agent.destroy()
  await stop(server)
  const refused = [...writing.refused.values()].reduce((sum, count) => sum + count, 0)
  return {
    line: `${number} slow connections: ${pages.answered} pages (longest ${pages.worst.toFixed(2)} s), ${pages.failed} failed; `
      + `${writing.acknowledged.length} points, ${refused} failed; /health within ${worst.toFixed(2)} s`,
    held: pages.answered > 0 && pages.failed + refused + failed === 0 && writing.acknowledged.length > 0,
  }
}

async function attack() {
  const filled = newStore('payloads')
  const server = await serve(filled.store, GIGABYTE_IN_KB)
  const lines = []
  let held = true
  for (const { name, send, long } of payloads) {
    if (long && settings.short) continue
    const health = watchHealth()
    await pause(50)
    const statuses = await send({ ask, port, filled, form: FORM })
    await pause(settings.short ? 100 : 1000)
    const { worst, failed } = await health()
    const alive = server.child.exitCode === null && server.child.signalCode === null
    const fine = alive && failed === 0 && (settings.short || worst < 1)
    held &&= fine
    const counts = [...new Set(statuses)].map(one => `${statuses.filter(status => status === one).length} × ${one}`)
    lines.push(`  ${fine ? 'held ' : 'FAILED'} ${name}: ${counts.join(', ')}; /health within ${worst.toFixed(2)} s`
      + `${failed ? `, ${failed} without an answer` : ''}; ${memory(server.child.pid)} MB`)
    if (!alive) break
  }
  const works = held && accepted((await record(filled, 'drill-0-0-0')).status)
  await stop(server)
  return { line: [`Payloads, in 1 GB of address space; a point can be recorded afterwards: ${works ? 'yes' : 'no'}`, ...lines].join('\n'), held: works }
}

function memory(pid) {
  try {
    return Math.round(Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+)/m)[1]) / 1024)
  } catch {
    return '?'
  }
}

async function fullDisk() {
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    return { line: 'Full disk: skipped, because only root can make a small disk', held: true }
  }
  try {
    const filled = newStore('full', disk)
    const server = await serve(filled.store)
    // What the server writes at its start is written by then.
    await pause(1_500)
    const { bavail, bsize } = statfsSync(disk)
    const ballast = join(disk, 'ballast')
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 300_000))
    const writing = write(filled, 0)
    const failures = () => [...writing.refused.values()].reduce((sum, count) => sum + count, 0)
    const began = performance.now()
    while (failures() < 5 * WRITERS && seconds(began) < 20) await pause(10)
    const read = await ask({ path: `/projects/${filled.project}`, cookie: filled.trainee })
    await writing.finish()
    const refused = failures()
    rmSync(ballast)
    let back = 0
    for (const again = performance.now(); seconds(again) < 10 && !back; await pause(20)) {
      const { status } = await record(filled, `drill-1-0-${Math.round(seconds(again) * 1000)}`)
      if (accepted(status)) back = seconds(again)
    }
    const { lost, doubled } = compare(writing.acknowledged, await stored(filled))
    const unanswered = (await stored(filled)).filter(place => place.startsWith('drill-0-')).length - writing.acknowledged.length
    await stop(server)
    execFileSync(settings.server, ['check', '--data', filled.store], { stdio: 'ignore' })
    return {
      line: `Full disk: ${writing.acknowledged.length} acknowledged, ${lost} lost, ${doubled} doubled, ${refused} refused and `
        + `${unanswered} of those stored; reading meanwhile ${read.status}; back ${back ? `after ${back.toFixed(2)} s` : 'never'}`,
      held: refused > 0 && lost + doubled + unanswered === 0 && read.status === 200 && back > 0,
    }
  } finally {
    for (const child of running) child.kill('SIGKILL')
    await Promise.all([...running].map(child => child.ended))
    execFileSync('umount', [disk], { stdio: 'ignore' })
  }
}

const drills = { kill, payloads: attack, slow, full: fullDisk, stop: stopInOrder }

try {
  for (const name of settings.only.split(',')) {
    const { line, held } = await drills[name]()
    console.log(`${held ? 'held ' : 'FAILED'} ${line}`)
    if (!held) process.exitCode = 1
  }
} catch (error) {
  console.error(error.stack)
  process.exitCode = 1
} finally {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
