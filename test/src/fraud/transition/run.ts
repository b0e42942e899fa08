import { optionsOf, whole } from '../../options.ts'
import { fuzzTransition } from './transition.ts'

const values = optionsOf(
  'npm run fuzz:transition --',
  'Runs random segments by the reference, the writer of proofs and the contracts. Prints a line of JSON; ends with 1 when anybody disagreed.',
  {
    steps: whole('Steps.', 1000, { minimum: 1 }),
    seed: whole('What they are drawn from.', 1),
  },
)

const report = await fuzzTransition(values.steps, values.seed)
process.stdout.write(`${JSON.stringify(report)}\n`)
if (report.failures.length > 0) process.exitCode = 1
