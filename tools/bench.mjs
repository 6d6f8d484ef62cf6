// Fills a store, serves it on loopback, loads its pages with `wrk` and prints what it found, as a table
// and as JSON in target/bench.json. It asserts nothing about time.
//
//   node tools/bench.mjs [--national] [--trusts 1] [--people 500] [--projects 2000] [--measurements 60000]
//                        [--seconds 5] [--server FILE]
//
// What to compare between machines is "of the floor": pages per second of the server's processor time, as a
// share of the same figure for /health, which is one statement and no page.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs'
import http from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values: settings } = parseArgs({
  options: {
    national: { type: 'boolean', default: false },
    trusts: { type: 'string' },
    people: { type: 'string' },
    projects: { type: 'string' },
    measurements: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '32' },
    port: { type: 'string', default: '3999' },
    server: { type: 'string', default: join(root, 'target/release/server') },
  },
})
const size = {
  ...(settings.national
    ? { trusts: 150, people: 60_000, projects: 40_000, measurements: 2_000_000 }
    : { trusts: 1, people: 500, projects: 2_000, measurements: 60_000 }),
}
for (const what of Object.keys(size)) size[what] = Number(settings[what] ?? size[what])
const address = `127.0.0.1:${settings.port}`
const folder = mkdtempSync(join(tmpdir(), 'baton-bench-'))
const store = join(folder, 'bench.db')

function needed(command) {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' })
  } catch {
    throw new Error(`${command} is missing: on Debian, apt-get install ${command}.`)
  }
}

const running = new Set()

async function serve(log = 'warn') {
  const child = spawn(settings.server, ['serve', '--data', store, '--addr', address], {
    env: { ...process.env, RUST_LOG: log, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.add(child)
  child.on('exit', () => running.delete(child))
  const said = []
  child.stderr.setEncoding('utf8').on('data', text => said.push(text))
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error(`The server stopped:\n${said.join('')}`)
    const ready = await get('/health').then(answer => answer.status === 200, () => false)
    if (ready) return { child, said }
    await new Promise(done => setTimeout(done, 100))
  }
  throw new Error('The server did not become ready.')
}

function stop({ child }) {
  return new Promise(done => {
    child.on('exit', done)
    child.kill('SIGTERM')
  })
}

// The bytes that travel, not those that they unfold to: fetch would unpack them.
function get(path, cookie = '') {
  return new Promise((resolve, reject) => {
    const headers = { cookie, accept: 'text/html', 'accept-encoding': 'gzip, br' }
    http.get({ host: '127.0.0.1', port: settings.port, path, headers, agent: false }, answer => {
      const parts = []
      answer.on('data', part => parts.push(part))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }))
    }).on('error', reject)
  })
}

async function page(path, cookie) {
  const answer = await get(path, cookie)
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}.`)
  return answer
}

// Everything that a first visit fetches: the page, what it names, and what those name in turn.
async function firstVisit(path, cookie) {
  const { brotliDecompressSync, gunzipSync } = await import('node:zlib')
  const sizes = {}
  const queue = [path]
  while (queue.length > 0) {
    const next = queue.shift()
    if (next in sizes) continue
    const answer = await page(next, next === path ? cookie : '')
    sizes[next] = answer.body.length
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync }[answer.headers['content-encoding']] ?? (body => body)
    const type = answer.headers['content-type'] ?? ''
    if (!/html|javascript|css/.test(type)) continue
    const text = unpack(answer.body).toString()
    const names = text.match(/\/(?:assets|pkg)\/[\w./-]+\.(?:css|js|wasm|svg|woff2)/g) ?? []
    queue.push(...names)
    // What a style sheet names stands beside it; a browser fetches only what a page uses of it, which
    // this cannot know, so it is counted whole.
    const beside = next.endsWith('.css') ? [...text.matchAll(/url\("([\w.-]+)"\)/g)].map(match => match[1]) : []
    queue.push(...beside.map(name => next.slice(0, next.lastIndexOf('/') + 1) + name))
  }
  const wasm = Object.entries(sizes).filter(([name]) => name.endsWith('.wasm')).reduce((sum, [, size]) => sum + size, 0)
  return { all: Object.values(sizes).reduce((sum, size) => sum + size, 0), wasm, sizes }
}

// Seconds of processor time that the server has used so far, in user and system mode. The kernel counts in
// hundredths of a second on every architecture that Linux tells user space about.
function used(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function load(pid, path, cookie, measure = '-') {
  const before = used(pid)
  const threads = String(Math.min(2, cpus().length))
  const said = execFileSync(
    'wrk',
    ['-t', threads, '-c', settings.connections, '-d', `${settings.seconds}s`, '-s', join(root, 'tools/bench.lua'),
      `http://${address}${path}`, '--', measure, cookie],
    { encoding: 'utf8' },
  )
  const { requests, seconds, p50, p99, errors } = JSON.parse(said.match(/^RESULT (.*)$/m)[1])
  const per_cpu_second = Math.round(requests / (used(pid) - before))
  return { per_cpu_second, per_second: Math.round(requests / seconds), p50_ms: p50, p99_ms: p99, errors }
}

function memory(pid) {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
  return Math.round(Number(status.match(/^VmRSS:\s+(\d+)/m)?.[1] ?? 0) / 1024)
}

function table(rows) {
  const [head] = rows
  const widths = head.map((_, column) => Math.max(...rows.map(row => String(row[column]).length)))
  for (const row of rows) {
    console.log(row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[column]))).join('  '))
  }
}

async function main() {
  needed('wrk')
  const began = Date.now()
  const sizes = Object.entries(size).flatMap(([what, number]) => what === "trusts" && number === 1 ? [] : [`--${what}`, String(number)])
  const handles = JSON.parse(execFileSync(settings.server, ['bench-fill', '--data', store, ...sizes], { encoding: 'utf8' }))
  const filled = (Date.now() - began) / 1000
  const { trainee, academy_lead: lead, project, measure } = handles
  const places = [
    ['home (trainee)', '/', trainee],
    ['home (academy lead)', '/', lead],
    ['project list with a search', '/projects?q=handover', trainee],
    ['project page', `/projects/${project}`, trainee],
    ['chart page', `/measures/${measure}`, trainee],
    ['pool', '/pool', trainee],
    ['look-alikes', '/look-alikes', lead],
  ]

  // The first round counts round trips to the store (a text of several statements is one), before any load
  // has made it busy.
  const counting = await serve('warn,sqlx::query=debug')
  const found = {}
  for (const [name, path, cookie] of places) {
    await page(path, cookie)
    await new Promise(done => setTimeout(done, 150))
    counting.said.length = 0
    const answer = await page(path, cookie)
    await new Promise(done => setTimeout(done, 150))
    const trips = counting.said.join('').split('\n').filter(line => line.includes('sqlx::query')).length
    found[name] = { trips, bytes: answer.body.length }
  }
  await stop(counting)

  const server = await serve()
  const visit = await firstVisit('/', trainee)
  const idle = memory(server.child.pid)
  const { pid } = server.child
  const floor = load(pid, '/health', '')
  for (const [name, path, cookie] of places) Object.assign(found[name], load(pid, path, cookie))
  found['record a point'] = { trips: '', bytes: '', ...load(pid, '/api/measurements/record', trainee, measure) }
  found['/health, the floor'] = { trips: 1, bytes: '', ...floor }
  for (const one of Object.values(found)) one.of_the_floor = one.per_cpu_second / floor.per_cpu_second
  const result = {
    size,
    machine: { cores: cpus().length, processor: cpus()[0]?.model },
    connections: +settings.connections,
    seconds_each: +settings.seconds,
    fill_seconds: filled,
    store_bytes: statSync(store).size,
    memory_mb: { idle, after_load: memory(server.child.pid) },
    first_visit_bytes: { all: visit.all, wasm: visit.wasm, files: visit.sizes },
    pages: found,
  }
  await stop(server)
  writeFileSync(join(root, 'target/bench.json'), `${JSON.stringify(result, null, 2)}\n`)

  const number = value => (typeof value === 'number' ? value.toLocaleString('en-GB', { maximumFractionDigits: 1 }) : value)
  table([
    ['', 'a CPU second', 'of the floor', 'a second', 'p50 ms', 'p99 ms', 'errors', 'round trips', 'bytes (compressed)'],
    ...Object.entries(found).map(([name, one]) =>
      [name, one.per_cpu_second, one.of_the_floor.toFixed(3), one.per_second, one.p50_ms, one.p99_ms, one.errors, one.trips, one.bytes]
        .map(number)),
  ])
  console.log('')
  table([
    ['store filled in', `${number(filled)} s`],
    ['memory, idle and after the load', `${idle} MB, ${result.memory_mb.after_load} MB`],
    ['first visit, everything (compressed)', `${number(visit.all)} bytes`],
    ['of that WASM', `${number(visit.wasm)} bytes`],
  ])
  const worst = Object.values(found).reduce((sum, one) => sum + one.errors, 0)
  if (worst > 0) console.log(`\n${worst} answers were errors: look at the server's log.`)
}

try {
  await main()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
