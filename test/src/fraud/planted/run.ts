import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Hex } from 'viem'
import { optionsOf, text } from '../../options.ts'
import { fuzzBadInput } from '../bad-input/bad-input.ts'
import { type Evm, startEvm } from '../evm.ts'
import { fuzzProofs } from '../proofs/proofs.ts'
import { fuzzTransition } from '../transition/transition.ts'

/** What `contracts/tools/plant-verifiers.ts` prints. */
interface Planted {
  readonly name: string
  readonly contract: string
  readonly by: 'transition' | 'proofs' | 'bad-input'
  readonly bytecode: Hex
}

const rounds = 12

/** What a command says of an EVM in which a verifier has a bug; a round is what it does within a minute. */
const commands: Record<Planted['by'], (evm: Evm, seed: number) => Promise<readonly { readonly reason: string }[]>> = {
  transition: async (evm, seed) => (await fuzzTransition(1_000, seed, evm)).failures,
  proofs: async (evm, seed) => (await fuzzProofs(50, seed, 10, evm)).failures,
  'bad-input': async (evm, seed) => (await fuzzBadInput({ flips: 4, gasLimits: 40, seed }, evm)).failures,
}

/** Why the command fails on the verifier; undefined when it does not. */
async function foundBy({ contract, by, bytecode }: Planted): Promise<string | undefined> {
  const evm = await startEvm(new Map([[contract, bytecode]]))
  try {
    for (let seed = 1; seed <= rounds; seed += 1) {
      const [failure] = await commands[by](evm, seed)
      if (failure !== undefined) return failure.reason
    }
    return undefined
  } finally {
    await evm.stop()
  }
}

const { part } = optionsOf(
  'npm run mutants:verifiers --',
  'Plants bugs in the verifiers, one at a time, and lets the command that must find each look for it. Prints a line of JSON; ends with 1 when one is not found.',
  { part: text('Part of the names of the bugs to plant.', '') },
)

const tool = fileURLToPath(new URL('../../../../contracts/tools/plant-verifiers.ts', import.meta.url))
const compiler = spawn(process.execPath, [tool, part], { stdio: ['ignore', 'pipe', 'inherit'] })
const ended = new Promise<number | null>((resolve) => compiler.once('close', resolve))
const survivors: string[] = []
let planted = 0
for await (const line of createInterface({ input: compiler.stdout })) {
  const bug: Planted = JSON.parse(line)
  planted += 1
  const reason = await foundBy(bug).catch((error: Error) => error.message)
  if (reason === undefined) survivors.push(bug.name)
  console.error(
    `${reason === undefined ? 'SURVIVED' : 'found'} ${bug.name} (${bug.by}): ${reason?.slice(0, 200) ?? ''}`,
  )
}
process.stdout.write(`${JSON.stringify({ planted, found: planted - survivors.length, survivors })}\n`)
if ((await ended) !== 0 || planted === 0 || survivors.length > 0) process.exitCode = 1
