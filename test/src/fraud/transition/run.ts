import { optionsOf, whole } from '../../options.ts'
import { fuzzTransition, isGood, stepsForAllCodes } from './transition.ts'

const values = optionsOf(
  'npm run fuzz:transition --',
  `Runs random segments by the reference, the writer of proofs, the contracts and the lanes. Prints a line of JSON; ends with 1 when anybody disagreed, or when ${stepsForAllCodes} steps or more left a code of a refusal unmet.`,
  {
    steps: whole('Steps.', 1000, { minimum: 1 }),
    seed: whole('What they are drawn from.', 1),
    from: whole('Number of the first step, to run some again.', 0),
  },
)

const report = await fuzzTransition(values.steps, values.seed, undefined, values.from)
process.stdout.write(`${JSON.stringify(report)}\n`)
if (!isGood(report)) process.exitCode = 1
