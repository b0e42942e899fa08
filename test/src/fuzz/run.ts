import { optionsOf, text, whole } from '../options.ts'
import { fuzz } from './fuzz.ts'

const values = optionsOf(
  'npm run fuzz --',
  'Feeds random bytes to every parser. Prints a line of JSON; ends with 1 when one broke.',
  {
    inputs: whole('Inputs.', 20_000, { minimum: 1 }),
    seed: whole('What they are drawn from.', 1),
    from: whole('The first input.', 0),
    'limit-ms': whole('Milliseconds that one input may take.', 5_000),
    only: text('Runs the targets alone whose name has this.', ''),
  },
)

const report = await fuzz({
  seed: values.seed,
  inputs: values.inputs,
  from: values.from,
  limitMs: values['limit-ms'],
  only: values.only,
  module: new URL('./targets/index.ts', import.meta.url).href,
})
process.stdout.write(`${JSON.stringify(report)}\n`)
if (report.failures.length > 0) process.exitCode = 1
