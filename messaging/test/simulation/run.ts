import { parseArgs } from 'node:util'
import { type Findings, History } from './history.ts'

const help = `npm run fuzz:messaging -- --histories N --seed N [--steps N]

Plays random histories of a conversation over a simulated log: races, removals, arrivals, rejoins, withheld contents, contents
that stores let go of once all have acknowledged them, skips, crashes, backups that are restored and a liar. Prints one line of JSON; ends with 1 when something was found. What was found, with its seed, goes to stderr.`

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
})

function count(name: 'histories' | 'seed' | 'steps'): number {
  const value = Number(values[name])
  if (Number.isSafeInteger(value) && value >= 1 && value <= 1_000_000) return value
  throw new RangeError(`--${name} ${values[name]} is not 1 to 1000000`)
}

if (values.help) process.stdout.write(`${help}\n`)
else {
  const [histories, seed, steps] = [count('histories'), count('seed'), count('steps')]
  const sum = { histories, steps: 0, forked: 0, readAfterRemoval: 0, leavesOutsideSlots: 0, lost: 0 }
  for (let i = 0; i < histories; i += 1) {
    const found: Findings = await History.run(seed + i, steps)
    for (const key of ['steps', 'forked', 'readAfterRemoval', 'leavesOutsideSlots', 'lost'] as const)
      sum[key] += found[key]
    for (const note of found.notes) console.error(`seed ${seed + i}: ${note}`)
  }
  process.stdout.write(`${JSON.stringify(sum)}\n`)
  if (sum.forked + sum.readAfterRemoval + sum.leavesOutsideSlots + sum.lost > 0) process.exitCode = 1
}
