import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { type DeployedL2, startDeployedL2 } from './support/l2.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const binary = join(root, 'cli/bin/parley')
let l2: DeployedL2
let dataDir: string
/** Folder of a package that starts roles by a script. */
let scripts: string
beforeAll(async () => {
  l2 = await startDeployedL2()
  dataDir = await mkdtemp(join(tmpdir(), 'parley-ending-'))
  scripts = await mkdtemp(join(tmpdir(), 'parley-scripts-'))
  await writeFile(join(scripts, 'package.json'), JSON.stringify({ scripts: { role: binary } }))
}, 360_000)
afterAll(async () => {
  await l2?.stop()
  for (const directory of [dataDir, scripts]) await rm(directory, { recursive: true, force: true })
})

/** Processes whose command line names the data directory. */
async function survivors(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  // A process may end while it is looked at.
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return pids.filter((_, i) => lines[i]?.includes(dataDir)).map(Number)
}

async function ready(child: ChildProcess): Promise<void> {
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout as Readable })) {
    if (line.startsWith('{"ready"')) return
    said.push(line)
  }
  throw new Error(`ended before it was ready: ${said.join('\n')}`)
}

// One data directory for all: whoever left a lock behind keeps the next one from starting.
test.each([
  ['npx', () => ['npx', 'parley']],
  ['npm run', () => ['npm', '--prefix', scripts, 'run', 'role', '--']],
  ['bin/parley', () => [binary]],
])(
  'ending › SIGTERM to %s leaves no process and no lock',
  async (_, launcher) => {
    const [command, ...before] = launcher()
    const role = [
      'node',
      '--port',
      '0',
      '--data',
      dataDir,
      '--l2',
      l2.chain.url,
      '--rollup',
      bytesToHex(l2.deployment.rollup),
    ]
    const child = spawn(command as string, [...before, ...role], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    try {
      await ready(child)
      child.kill('SIGTERM')
      await ended
      await eventually('its end', async () => ((await survivors()).length === 0 ? true : undefined))
    } finally {
      for (const pid of await survivors()) process.kill(pid, 'SIGKILL')
    }
  },
  360_000,
)
