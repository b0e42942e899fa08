import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { choice, optionsOf, text } from '../options.ts'
import { commandsOf, filledIn, pages } from './commands.ts'
import { fund } from './fund.ts'
import { CleanMachine } from './machine.ts'
import { type Outside, OutsideStack, type Places, startChains } from './stack.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const status = 'http://127.0.0.1:9602/v1/status'
const comparedWithinMs = 900_000

const { page, tarball, base } = optionsOf(
  'npm run clean-machine --',
  'Boots a bare Debian (debootstrap, as root), copies the tarball into it and does what a page says, command by command, against the chains of `parley dev` outside. The node that the page starts must find all roots equal.',
  {
    page: choice('Which page.', ['verifier', 'sequencer'], 'verifier'),
    tarball: text('Directory of a tarball that was made before; it is made when left out.', ''),
    base: text('Tree that debootstrap made before, to be copied; it is made when left out.', ''),
  },
)

/** What the pages leave to their readers. */
const valuesFor = ({ l1, l2, rollup }: Places): Map<string, string> =>
  new Map([
    ['https://YOUR-L2-RPC', l2],
    ['https://YOUR-L1-RPC', l1],
    // A development chain has no slots.
    ['"https://YOUR-BEACON-API"', `"${l1}"\nslots = "block-number"`],
    ...(rollup === undefined ? [] : [['0xROLLUP', rollup] as const]),
  ])

/** Addresses that a command printed, by the words that pages have for them. */
function printedBy(command: string, stdout: string): [string, string][] {
  const [, name] = /keys generate .*--out \S*\/([\w-]+)\.key/.exec(command) ?? []
  const [, address] = /^address +(0x[0-9a-fA-F]{40})$/m.exec(stdout) ?? []
  const [, rollup] = /"rollup": "(0x[0-9a-f]{40})"/.exec(stdout) ?? []
  return [
    ...(name === undefined || address === undefined ? [] : [[`0x${name.toUpperCase()}`, address] as [string, string]]),
    ...(rollup === undefined ? [] : [['0xROLLUP', rollup] as [string, string]]),
  ]
}

interface Status {
  readonly rootsCompared: string
  readonly rootsEqual: string
}

/** What the machine's node found, once it compared anything. @throws {Error} when it compares nothing in time. */
async function found(): Promise<Status> {
  const until = Date.now() + comparedWithinMs
  while (Date.now() < until) {
    const response = await fetch(status)
    const told = (await response.json()) as Status
    if (BigInt(told.rootsCompared) > 0n) return told
    await sleep(1_000)
  }
  throw new Error(`the node compared no root in ${comparedWithinMs / 1_000} s`)
}

const directory = mkdtempSync(join(tmpdir(), 'parley-clean-'))
let outside: Outside | undefined
let machine: CleanMachine | undefined
try {
  const commands = pages[page].flatMap((each) => commandsOf(root, each))
  const out = tarball === '' ? join(directory, 'tarball') : resolve(tarball)
  if (tarball === '')
    execFileSync(process.execPath, ['tools/tarball.ts', '--out', out], {
      cwd: root,
      stdio: ['ignore', process.stderr, 'inherit'],
    })
  machine = await CleanMachine.boot(join(directory, 'tree'), base === '' ? undefined : resolve(base))
  for (const file of readdirSync(out)) if (/\.tar\.gz(\.sha256)?$/.test(file)) machine.give(join(out, file))
  outside = page === 'verifier' ? await OutsideStack.start(join(directory, 'stack')) : await startChains()
  const places = outside.places()
  const values = valuesFor(places)
  for (const command of commands) {
    const text = filledIn(command, values)
    process.stderr.write(`${command.at}: ${text}\n`)
    const { code, stdout } = await machine.run(text)
    if (code !== 0) throw new Error(`${command.at} ended with ${code}: ${text}`)
    for (const [word, value] of printedBy(text, stdout)) {
      values.set(word, value)
      if (word !== '0xROLLUP') await fund(value, [places.l1, places.l2])
    }
  }
  const { rootsCompared, rootsEqual } = await found()
  const equal = rootsCompared === rootsEqual
  process.stdout.write(`${JSON.stringify({ page, commands: commands.length, rootsCompared, rootsEqual: equal })}\n`)
  if (!equal) process.exitCode = 1
} catch (error) {
  process.stderr.write(`clean-machine: ${(error as Error).message}\n`)
  process.exitCode = 1
} finally {
  await outside?.end()
  await machine?.end()
  rmSync(directory, { recursive: true })
}
