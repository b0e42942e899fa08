import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestBrowser } from './support/browser.ts'
import { type Bundle, bundleForBrowser, weighForBrowser } from './support/bundle.ts'
import { Messengers } from './support/messengers.ts'
import { compilers, installPublished, nodes, packPublished, runIn, typeCheck } from './support/published-packages.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const said = { accepted: true, entries: 1, grade: expect.stringMatching(/on the L2$/) }

/** What a page runs: places come behind the #, and the outcome becomes the title. */
const pageProgram = `import { sayHello } from './say-hello.ts'

const places = location.hash.slice(1).split(',') as unknown as Parameters<typeof sayHello>
sayHello(...places).then(
  (outcome) => { document.title = JSON.stringify(outcome) },
  (error: unknown) => { document.title = \`failed: \${error}\` },
)
`

const compilerOptions = {
  target: 'es2024',
  lib: ['es2024', 'dom', 'dom.iterable', 'esnext.disposable'],
  module: 'nodenext',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  verbatimModuleSyntax: true,
  // For `Buffer` in the declarations of @chainsafe/ssz; ours need none of it.
  types: ['node'],
}

let rollup: Rollup
let people: Messengers
let node: RunningNode
let directory: string
let project: string
let tarballs: string[]
let bundle: Bundle
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-published-'))
  project = join(directory, 'project')
  tarballs = await packPublished(directory)
  await installPublished(project, tarballs)
  for (const name of ['say-hello.ts', 'say-hello-main.ts', 'lunch.ts', 'lunch-main.ts'])
    await copyFile(join(examples, name), join(project, name))
  await writeFile(join(project, 'hello-page.ts'), pageProgram)
  bundle = await bundleForBrowser('hello-page.ts', project)
  rollup = await Rollup.start()
  node = await rollup.startNode()
  await rollup.startBatcher()
  people = await Messengers.deploy(rollup, node)
}, 1_200_000)
afterAll(async () => {
  await people?.stop()
  await rollup?.stop()
  await rm(directory, { recursive: true, force: true })
})

/** Arguments of the example. */
const places = (): string[] => [
  rollup.chain.url,
  bytesToHex(rollup.deployment.rollup),
  rollup.sequencer.url,
  node.url,
  bytesToHex(rollup.roles.users[0]!.secret),
]

describe('published packages', () => {
  test('tarballs › have JavaScript with types, and neither tests nor sources', async () => {
    for (const tarball of tarballs) {
      const { stdout } = await promisify(execFile)('tar', ['-tzf', tarball])
      const files = stdout.trim().split('\n')
      const foreign = files.filter((file) => !/\.(js|d\.ts|sol)$|\/(package\.json|README\.md|LICENSE)$/.test(file))
      expect([tarball, foreign.concat(files.filter((file) => /\.test\.|\/test\//.test(file)))]).toEqual([tarball, []])
    }
  })

  test('tarballs › have pages that link to nothing outside', async () => {
    for (const tarball of tarballs) {
      const { stdout } = await promisify(execFile)('tar', ['-xOzf', tarball, 'package/README.md'])
      expect([tarball, stdout.match(/\]\(\.\.\/[^)]*\)/g)]).toEqual([tarball, null])
    }
  })

  test('types › hold as strictly as there is, libraries checked too', { timeout: 360_000 }, async () => {
    const files = ['say-hello.ts', 'hello-page.ts', 'lunch.ts', 'lunch-main.ts', 'all.ts']
    const all = ['client', 'client/blocks', 'contracts', 'http', 'l2', 'runtime', 'runtime/files'].concat(
      ['', '/light', '/reference', '/compliance'].map((path) => `protocol${path}`),
      ['', '/store', '/server', '/ipfs'].map((path) => `content${path}`),
      ['', '/serving', '/testing'].map((path) => `messaging${path}`),
    )
    const imports = all.map((path, i) => `import * as p${i} from '@parley/${path}'\n`).join('')
    await writeFile(join(project, 'all.ts'), `${imports}export default [${all.map((_, i) => `p${i}`)}]\n`)
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
    for (const [version, compiler] of compilers(project)) {
      expect(await runIn(project, process.execPath, [compiler, '--version'])).toMatch(version)
      await typeCheck(project, compiler)
    }
  })

  test('Node › the pinned one and 22 sign, send and read with a proof', { timeout: 360_000 }, async () => {
    for (const [i, executable] of nodes(project).entries()) {
      const version = (await runIn(project, executable, ['--version'])).trim()
      const outcome = JSON.parse(await runIn(project, executable, ['say-hello-main.ts', ...places()]))
      expect([version, outcome]).toEqual([expect.stringMatching(i === 0 ? /^v24\./ : /^v22\./), said])
    }
  })

  test('Node › the pinned one and 22 invite, consent and talk', { timeout: 600_000 }, async () => {
    const pairs = [people.exampleArguments(1, 2), people.exampleArguments(3, 4)]
    for (const [i, executable] of nodes(project).entries())
      expect(JSON.parse(await runIn(project, executable, ['lunch-main.ts', ...(pairs[i] as string[])]))).toEqual({
        host: [expect.stringMatching(/^0x[0-9a-f]{40}: See you there\.$/)],
        guest: [expect.stringMatching(/^0x[0-9a-f]{40}: Great!$/)],
      })
  })

  test('bundle › of messaging imports nothing of Node and is 250 kB at most after gzip', async () => {
    const { atStart, external } = await weighForBrowser('@parley/messaging', project)
    expect(external).toEqual([])
    expect(atStart).toBeLessThanOrEqual(messagingBytes)
  })

  test('bundle › for a page imports nothing of Node and stays small', () => {
    expect(bundle.external).toEqual([])
    const bytes = { whole: bundle.code.length, zipped: gzipSync(bundle.code).length }
    expect(bytes.whole).toBeLessThan(bounds.whole)
    expect(bytes.zipped).toBeLessThan(bounds.zipped)
  })

  test('page › without shims signs, sends and reads with a proof', { timeout: 360_000 }, async () => {
    const server = createServer((request, response) => {
      const isScript = request.url === '/page.js'
      response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
      response.end(isScript ? bundle.code : '<!doctype html><script type="module" src="/page.js"></script>')
    })
    const url = await listening(server)
    await using browser = await TestBrowser.launch()
    const { page, errors } = await browser.visit(`${url}/#${places().join(',')}`, { width: 800 })
    await page.waitForFunction('document.title !== ""', undefined, { timeout: 360_000 })
    const title = await page.title()
    server.closeAllConnections()
    server.close()
    // What is asked for before it is there is answered with 404, which the browser tells on its console.
    const defects = errors.filter((error) => !error.startsWith('Failed to load resource'))
    expect([title.startsWith('{') ? JSON.parse(title) : title, defects]).toEqual([said, []])
  })
})

/** Bytes of the bundle of the example at most. */
const bounds = { whole: 650_000, zipped: 200_000 }
/** Of all that messaging exports, after gzip: what a page loads at first. */
const messagingBytes = 250_000

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
