import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contentDigest, httpContents } from '@parley/content'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const binary = fileURLToPath(new URL('../bin/parley.js', import.meta.url))
const { signal } = new AbortController()
const secret = `0x${'11'.repeat(32)}`

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-binary-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

interface Started {
  readonly child: ReturnType<typeof spawn>
  stdout(): string
  stderr(): string
  readonly ended: Promise<number | null>
}

function start(args: readonly string[], env: Record<string, string> = {}, stdout: number | 'pipe' = 'pipe'): Started {
  const child = spawn(process.execPath, [binary, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', stdout, 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk) => {
    out += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    err += String(chunk)
  })
  return { child, stdout: () => out, stderr: () => err, ended: once(child, 'close').then(([code]) => code) }
}

async function run(...parameters: Parameters<typeof start>) {
  const started = start(...parameters)
  const code = await started.ended
  return { code, stdout: started.stdout(), stderr: started.stderr() }
}

/** Waits until the child printed that it is ready. */
async function ready({ child, stdout, ended }: Started): Promise<{ url: string }> {
  while (!stdout().includes('\n'))
    await Promise.race([
      once(child.stdout as NodeJS.ReadableStream, 'data'),
      ended.then((code) => {
        throw new Error(`ended with ${code}`)
      }),
    ])
  return JSON.parse(stdout()).ready
}

/** A server that answers as told, or never. */
async function withServer<T>(
  reply: { status: number; body: string } | 'hang',
  use: (place: string, asked: Promise<unknown>) => Promise<T>,
) {
  const server = createServer((_request, response) => {
    if (reply !== 'hang') response.writeHead(reply.status, { 'content-type': 'text/html' }).end(reply.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await use(`127.0.0.1:${(server.address() as AddressInfo).port}`, once(server, 'request'))
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('binary', { timeout: 360_000 }, () => {
  test('--version › is the package’s', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })

  test('a full standard output › is a fault, without a stack', async () => {
    const full = openSync('/dev/full', 'w')
    try {
      const { code, stderr } = await run(['config'], {}, full)
      expect(code).toBe(1)
      expect(stderr).toMatch(/^parley: OUTPUT_UNWRITABLE: .*ENOSPC/)
      expect(stderr).not.toContain('    at ')
    } finally {
      closeSync(full)
    }
  })

  test('a reader of standard output that had enough › ends the command quietly', async () => {
    const started = start(['config'])
    started.child.stdout?.destroy()
    expect(await started.ended).toBe(141)
    expect(started.stderr()).toBe('')
  })

  test('a service whose standard output nobody reads any more › serves on', async () => {
    const started = start(['da', '--port', '0', '--da-dir', directory])
    const { url } = await ready(started)
    started.child.stdout?.destroy()
    expect((await fetch(`${url}/nothing`)).status).toBe(404)
    started.child.kill('SIGTERM')
    expect(await started.ended).toBe(0)
  })

  test('a port that is taken › is LISTEN_REFUSED with the cure, without a stack', async () => {
    await withServer('hang', async (place) => {
      const port = place.split(':')[1] ?? ''
      const { code, stderr } = await run(['da', '--da-dir', directory, '--port', port])
      expect(code).toBe(1)
      expect(stderr).toMatch(/LISTEN_REFUSED.*EADDRINUSE.*run\.port/)
      expect(stderr).not.toContain('    at ')
    })
  })

  test('an IPv6 host › is told as a URL', async () => {
    const started = start(['da', '--port', '0', '--da-dir', directory, '--host', '::1'])
    const { url } = await ready(started)
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect((await fetch(`${url}/nothing`)).status).toBe(404)
    started.child.kill('SIGTERM')
    expect(await started.ended).toBe(0)
  })

  test('a store that is killed › has everything that it answered for', async () => {
    const args = ['store', '--port', '0', '--data', join(directory, 'store')]
    const contents = [1, 2, 3].map((byte) => new Uint8Array(512).fill(byte))
    const first = start(args)
    const before = httpContents(await ready(first))
    for (const content of contents) await before.put(content, { class: 'application', acks: [] }, signal)
    first.child.kill('SIGKILL')
    await first.ended
    const second = start(args)
    const after = httpContents(await ready(second))
    for (const content of contents) expect(await after.get(contentDigest(content), signal)).toEqual(content)
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
  })

  /** Whether a role says that it is ready before it ends. */
  test('a DA directory that is not there › is not served as an empty one', async () => {
    const { code, stderr } = await run(['da', '--port', '0', '--da-dir', join(directory, 'nowhere')])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^parley: DATA_DIR_UNUSABLE: .*nowhere.*ENOENT/)
  })

  test('SIGTERM while the L2 hangs › ends at once, in one line', async () => {
    await withServer('hang', async (place, asked) => {
      const env = { PARLEY_L2_KEY: secret }
      const args = ['deploy', '--l2', `http://user:hunter22@${place}/v3/KEYKEYKEY`, '--phases', 'contacts']
      const started = start(args, env)
      await asked
      started.child.kill('SIGTERM')
      expect(await started.ended).toBe(143)
      expect(started.stderr()).toBe('parley: SIGTERM was received\n')
    })
  })

  test.each<[string, { status: number; body: string }]>([
    ['a page with status 502', { status: 502, body: '<html>bad gateway</html>' }],
    ['a page with status 200', { status: 200, body: '<html>login</html>' }],
  ])('%s in the place of L2 or node › is a coded fault without keys or stack', async (_what, reply) => {
    await withServer(reply, async (place) => {
      const url = `http://user:hunter22@${place}/v3/KEYKEYKEY`
      const deploying = ['deploy', '--l2', url, '--phases', 'contacts']
      for (const args of [deploying, ['inspect', 'block', '5', '--node', url]]) {
        const { code, stdout, stderr } = await run(args, { PARLEY_L2_KEY: secret })
        expect(code).toBe(1)
        expect(stderr).toMatch(/^parley: [A-Z_]+: /m)
        expect(stdout + stderr).not.toMatch(/hunter22|KEYKEYKEY| {4}at /)
      }
    })
  })

  test('a node that is not there › is a coded fault that says so', async () => {
    const gone = await withServer('hang', async (place) => place)
    const { code, stderr } = await run(['inspect', 'block', '5', '--node', `http://${gone}`])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^parley: SERVER_UNREACHABLE: .*refused the connection.*ECONNREFUSED/)
  })

  test('config › shows no key of a URL', async () => {
    const url = 'https://user:hunter22@host.example/v3/KEYKEYKEY?apikey=TOKEN'
    const { code, stdout, stderr } = await run(['config', '--l2', url, '--json'])
    expect(code).toBe(0)
    expect(stdout).toContain('https://host.example/…')
    expect(stdout + stderr).not.toMatch(/hunter22|KEYKEYKEY|TOKEN/)
  })

  test('deploy › tries its file before it pays', async () => {
    writeFileSync(join(directory, 'file'), '')
    for (const path of [join(directory, 'none', 'x.json'), directory]) {
      const args = ['deploy', '--l2', 'http://127.0.0.1:1', '--phases', 'contacts', '--deployment', path]
      const { code, stderr } = await run(args, { PARLEY_L2_KEY: secret })
      expect(code).toBe(1)
      expect(stderr).toMatch(/^parley: DEPLOYMENT_UNWRITABLE: /)
    }
  })
})
