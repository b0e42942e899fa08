import { optionsOf, whole } from '../options.ts'
import { explore, findMistakes } from './model.ts'

const values = optionsOf(
  'npm run model:takeover --',
  'Tries the rules by which sequencers share a journal in random interleavings, and shows that each mistake planted in them is found. Prints a line of JSON; ends with 1 when a rule broke or a mistake was not found.',
  {
    interleavings: whole('Interleavings.', 1_000_000, { minimum: 1 }),
    seed: whole('What they are drawn from.', 1),
  },
)

const explored = explore(values.seed, values.interleavings)
const planted = findMistakes(values.seed, values.interleavings)
process.stdout.write(`${JSON.stringify({ ...explored, planted })}\n`)
if (explored.broken !== null || Object.values(planted).includes(null)) process.exitCode = 1
