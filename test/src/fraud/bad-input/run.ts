import { optionsOf, whole } from '../../options.ts'
import { fuzzBadInput } from './bad-input.ts'

const values = optionsOf(
  'npm run fuzz:bad-input --',
  'Spoils proofs of every kind and answers of every place: bits flipped, other lengths, any gas limit. Prints a line of JSON; ends with 1 when anything but a refusal or the verdict of before comes of it.',
  {
    flips: whole('Bits flipped of each proof and answer; 0 for every one, which takes hours.', 200),
    'gas-limits': whole('Gas limits that each is tried with.', 40),
    seed: whole('What they are drawn from.', 1),
  },
)

const { flips, seed, 'gas-limits': gasLimits } = values
const report = await fuzzBadInput({ flips, gasLimits, seed })
process.stdout.write(`${JSON.stringify(report)}\n`)
if (report.failures.length > 0) process.exitCode = 1
