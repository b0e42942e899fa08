import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readNode, verifiedRoot, waitFor } from '@parley/lab'
import { systemClock } from '@parley/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ParleyProcess, parley, runCommand } from './support/parley.ts'

const within = { timeout: 600_000 }

let directory: string
const running: ParleyProcess[] = []
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-system-'))
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.kill()))
  await rm(directory, { recursive: true })
})

function start(...args: string[]): ParleyProcess {
  const started = new ParleyProcess(args)
  running.push(started)
  return started
}

/** A stack that is ready, in `directory`/dev. */
async function startDev(...args: string[]): Promise<{ dev: ParleyProcess; urls: string[]; dataDir: string }> {
  const dataDir = join(directory, 'dev')
  const dev = start('dev', '--data', dataDir, ...args)
  await dev.line(/another node/)
  const { l1, l2, da, sequencer, node } = JSON.parse(await readFile(join(dataDir, 'dev.json'), 'utf8'))
  return { dev, urls: [l1.url, l2.url, da.localUrl, sequencer.url, node.url], dataDir }
}

/** Does what cli/README.md says under *One message*, putting in what the commands printed. */
async function followReadme(dataDir: string): Promise<void> {
  const readme = await readFile(new URL('../../cli/README.md', import.meta.url), 'utf8')
  const [, block = ''] = /## One message\n\n```sh\n([^`]*)```/.exec(readme) ?? []
  const put: Record<string, string> = { DIR: dataDir, said: join(directory, 'said'), '"hello"': 'hello' }
  const lines = block.trimEnd().split('\n')
  expect(lines).toHaveLength(4)
  let printed: Record<string, unknown> = {}
  for (const line of lines) {
    const words = (line.replace(/ +#.*/, '').match(/"[^"]*"|\S+/g) ?? []).map((word) => put[word] ?? word)
    const { code, stdout, stderr } = await runCommand([...words.slice(2), '--json'])
    expect([line, code, code === 0 ? '' : stderr]).toEqual([line, 0, ''])
    printed = JSON.parse(stdout)
    for (const [name, value] of Object.entries(printed)) put[name.toUpperCase()] = String(value)
  }
  expect(printed).toMatchObject({ grade: expect.stringMatching(/on the L2$/), entries: [{ text: 'hello' }] })
}

/** Resolves when nobody listens there any more. */
async function closed(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const refused = (): Promise<true | undefined> =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.destroy()
        resolve(undefined)
      })
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? true : undefined))
    })
  const { signal } = new AbortController()
  await waitFor(`${url} to close`, refused, { clock: systemClock, everyMs: 100, withinMs: 340_000 }, signal)
}

describe('parley dev', () => {
  it('serves a stranger’s node, replays and people, and ends cleanly when asked', within, async () => {
    const { dev, urls, dataDir } = await startDev('--messages', '100', '--rate', '1000')
    await dev.line(/final 100 /)
    const stranger = start('node', '--port', '0', '--dev', dataDir, '--data', join(directory, 'stranger'))
    const [, url] = await stranger.line(/"url":"(http:[^"]+)"/)
    const node = urls.at(-1) as string
    const { signal } = new AbortController()
    const { block } = await readNode(node, signal)
    const reached = () => verifiedRoot(url as string, block, signal)
    const wait = { clock: systemClock, everyMs: 100, withinMs: 340_000 }
    expect(await waitFor('the stranger’s root', reached, wait, signal)).toBe(await verifiedRoot(node, block, signal))
    const replay = await parley(['replay', '--dev', dataDir, '--messages', '150', '--exit', '--json'])
    expect(replay.code).toBe(0)
    expect(JSON.parse(replay.stdout).messages).toEqual({ offered: 150, accepted: 150, refused: 0, final: 150 })
    const inspected = async (what: string, which: string) => {
      const { code, stdout } = await runCommand(['inspect', what, which, '--dev', dataDir])
      expect([what, code]).toEqual([what, 0])
      return JSON.parse(stdout)
    }
    expect(await inspected('claim', '1')).toMatchObject({ claim: { number: '1' }, final: true })
    expect(await inspected('block', '1')).toMatchObject({ header: { number: '1' } })
    expect(await inspected('conversation', '0/0')).toMatchObject({ proven: true, complete: true })
    const payload = await inspected('payload', 'latest')
    const { messages, signatures } = payload.blocks.at(-1)
    expect(signatures).toBeGreaterThanOrEqual(messages)
    await followReadme(dataDir)
    dev.signal('SIGINT')
    expect(await dev.ended).toBe(0)
    await Promise.all(urls.map(closed))
  })

  it('leaves no process behind when it is killed', within, async () => {
    const { dev, urls } = await startDev()
    dev.signal('SIGKILL')
    await Promise.all(urls.map(closed))
  })

  it('stops everything when one of its processes dies, and says which', within, async () => {
    const { dev, urls } = await startDev('--log-format', 'json')
    const [, pid] = await dev.line(/"role":"batcher","pid":(\d+)/)
    process.kill(Number(pid), 'SIGKILL')
    expect(await dev.ended).toBe(1)
    expect(dev.stderr.join('\n')).toMatch(/CHILD_ENDED.*role batcher/)
    await Promise.all(urls.map(closed))
  })
})
