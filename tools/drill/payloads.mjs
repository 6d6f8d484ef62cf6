// What was found to bring an earlier Baton down, made anew: each sends what it is and gives the statuses
// of the answers, 0 where there was none. Workbooks go to the server both as nobody and as somebody who
// may record. `long` ones are left out of the short drill.

import net from 'node:net'
import { crc32, deflateRawSync } from 'node:zlib'

const XMLNS = 'http://schemas.openxmlformats.org'
const MAIN = `xmlns="${XMLNS}/spreadsheetml/2006/main"`

// A ZIP file of these parts, deflated.
function zip(parts) {
  const files = []
  const directory = []
  let offset = 0
  for (const [name, content] of Object.entries(parts)) {
    const data = Buffer.from(content)
    const packed = deflateRawSync(data, { level: 9 })
    const entry = Buffer.alloc(26)
    entry.writeUInt16LE(20, 0)
    entry.writeUInt16LE(8, 4)
    entry.writeUInt32LE(crc32(data), 10)
    entry.writeUInt32LE(packed.length, 14)
    entry.writeUInt32LE(data.length, 18)
    entry.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), entry, Buffer.from(name), packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), entry, rest, Buffer.from(name)]))
    files.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...files, listed, Buffer.from('PK\x05\x06'), end])
}

function workbook({ rows, shared, styles = '<cellXfs count="1"><xf numFmtId="0"/></cellXfs>', sheets = 1 }) {
  const numbers = Array.from({ length: sheets }, (_, one) => one + 1)
  const relation = `${XMLNS}/officeDocument/2006/relationships`
  return zip({
    '[Content_Types].xml': `<Types xmlns="${XMLNS}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${XMLNS}/package/2006/relationships"><Relationship Id="rId1" Type="${relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook ${MAIN} xmlns:r="${relation}"><sheets>${numbers.map(one => `<sheet name="S${one}" sheetId="${one}" r:id="rId1"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${XMLNS}/package/2006/relationships"><Relationship Id="rId1" Type="${relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet ${MAIN}>${styles}</styleSheet>`,
    'xl/worksheets/sheet1.xml': `<worksheet ${MAIN}><sheetData>${rows}</sheetData></worksheet>`,
    ...(shared && { 'xl/sharedStrings.xml': `<sst ${MAIN} ${shared}</sst>` }),
  })
}

const ONE_CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'

function manyCells() {
  const columns = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'AA', 'AB', 'AC', 'AD']
  const row = number => `<row r="${number}">${columns.map(column => `<c r="${column}${number}" t="s"><v>0</v></c>`).join('')}</row>`
  return Array.from({ length: 2000 }, (_, one) => row(one + 1)).join('')
}

// Different words of four letters.
function words(number) {
  const letter = place => String.fromCharCode(97 + (place % 26))
  return Array.from({ length: number }, (_, one) =>
    letter(Math.floor(one / 17576)) + letter(Math.floor(one / 676)) + letter(Math.floor(one / 26)) + letter(one))
}

function upload({ ask, filled }, file, cookie, path) {
  const line = '----------------------------drill'
  const body = Buffer.concat([
    Buffer.from(`--${line}\r\nContent-Disposition: form-data; name="measure"\r\n\r\n${filled.measure}\r\n`
      + `--${line}\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\nContent-Type: application/octet-stream\r\n\r\n`),
    file,
    Buffer.from(`\r\n--${line}--\r\n`),
  ])
  const headers = { 'content-type': `multipart/form-data; boundary=${line}`, accept: 'application/json' }
  return ask({ path, method: 'POST', cookie, body, headers })
}

const statuses = answers => Promise.all(answers).then(all => all.map(answer => answer.status))

function book(name, parts, long) {
  return {
    name,
    long,
    send: with_ => {
      const file = workbook(parts())
      return statuses([
        upload(with_, file, '', '/api/x'),
        upload(with_, file, '', '/api/measures/import'),
        ...Array.from({ length: 3 }, () => upload(with_, file, with_.filled.trainee, '/api/measures/import')),
      ])
    },
  }
}

// Sends a form as the browser does that has its page open, and follows where the answer leads: what was
// typed is kept and drawn again.
function typed(name, page, path, body, times, long) {
  return {
    name,
    long,
    send: async ({ ask, filled }) => {
      const cookie = filled.trainee
      const drawn = await ask({ path: page, cookie, headers: { accept: 'text/html' } })
      const key = drawn.body.match(/name="_key" value="([^"]*)"/)?.[1] ?? ''
      const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
      const text = `_page=${encodeURIComponent(page)}&_key=${encodeURIComponent(key)}&${body(filled)}`
      return statuses(Array.from({ length: times }, async () => {
        const answer = await ask({ path, method: 'POST', cookie, body: text, headers })
        const { location } = answer.headers
        return location ? ask({ path: location, cookie, headers: { accept: 'text/html' } }) : answer
      }))
    },
  }
}

function form(name, path, body, times, signedIn, long) {
  return {
    name,
    long,
    send: ({ ask, filled, form: headers }) => {
      const cookie = signedIn ? filled.trainee : ''
      const text = body()
      return statuses(Array.from({ length: times }, () => ask({ path, method: 'POST', cookie, body: text, headers })))
    },
  }
}

const DATES = () => words(116_000).map(word => `${word}.day`).join('&')
const EMPTY = () => `_key=x&_page=/&${'=&'.repeat(4_194_000)}`
const REGISTER = '/projects/register?type=quality_improvement'

export const payloads = [
  book('a workbook that claims 10^13 texts', () => ({
    rows: ONE_CELL,
    shared: 'uniqueCount="10000000000000"><si><t>a</t></si>',
  })),
  book('one text of 100 kB in 60,000 cells', () => ({
    rows: manyCells(),
    shared: `uniqueCount="1"><si><t>${'a'.repeat(100_000)}</t></si>`,
  })),
  book('a font of 1 MB in 100,000 styles', () => ({
    rows: ONE_CELL,
    styles: `<fonts><font><name val="${'a'.repeat(1_000_000)}"/></font></fonts><cellXfs>${'<xf fontId="0"/>'.repeat(100_000)}</cellXfs>`,
  }), true),
  book('13 million styles', () => ({
    rows: ONE_CELL,
    styles: `<cellXfs>${'<xf/>'.repeat(12_000_000)}</cellXfs>`,
  }), true),
  book('10,000 sheets that are the same 50 MB', () => ({
    rows: '<row><c/></row>'.repeat(3_300_000),
    sheets: 10_000,
  }), true),
  form('116,000 dates, as nobody', '/api/x', DATES, 4, false),
  form('116,000 dates, signed in', '/api/measurements/record', DATES, 4, true),
  form('4 million empty pairs, as nobody', '/api/measures/import', EMPTY, 10, false, true),
  typed('4 million empty pairs in a form of one\'s own', REGISTER, '/api/measures/import',
    ({ measure }) => `measure=${measure}&${'=&'.repeat(4_190_000)}`, 10, true),
  typed('a title of 200,000 words', REGISTER, '/api/projects/register',
    () => `then=similar&type=quality_improvement&title=${words(200_000).join('+')}`, 4),
  {
    name: 'a title of 10,000 words to the search for similar ones',
    send: ({ ask, filled }) =>
      statuses(Array.from({ length: 8 }, () => ask({ path: `/api/similar?title=${words(10_000).join('+')}`, cookie: filled.trainee }))),
  },
  {
    name: '400 who sign in and hang up',
    send: async ({ port }) => {
      for (let number = 0; number < 400; number += 1) {
        const body = `address=nobody${number}@example.uk&password=aaaaaaaaaaaa`
        const socket = net.connect(port, '127.0.0.1')
        socket.on('error', () => {})
        socket.write(`POST /api/sign-in HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
        await new Promise(done => setTimeout(done, 4))
        socket.destroy()
      }
      return []
    },
  },
  {
    name: '200 guesses at once',
    send: ({ ask, form: headers }) =>
      statuses(Array.from({ length: 200 }, (_, number) =>
        ask({ path: '/api/sign-in', method: 'POST', body: `address=a@b.uk&password=guess-guess-${number}`, headers }))),
  },
]
