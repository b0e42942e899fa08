import { optionsOf, whole } from '../../options.ts'
import { fuzzProofs } from './proofs.ts'

const values = optionsOf(
  'npm run fuzz:proofs --',
  "Forges batches and proves each forged one wrong by the contracts' verifiers. Prints a line of JSON; ends with 1 when a fault is not shown or a right batch is removed.",
  {
    batches: whole('Batches.', 200, { minimum: 1 }),
    seed: whole('What they are drawn from.', 1),
    tries: whole('Other proofs of each batch that are tried against the right one.', 50),
  },
)

const report = await fuzzProofs(values.batches, values.seed, values.tries)
process.stdout.write(`${JSON.stringify(report)}\n`)
if (report.failures.length > 0) process.exitCode = 1
