import { runAll } from './all-mutants.ts'
import { astMutants } from './ast-mutants.ts'
import type { Mutant, Place } from './mutant.ts'
import { mutants } from './mutant-list.ts'
import { copyPackage, type PlantedPackage, testsOf } from './planted-package.ts'
import { type SyntaxTree, syntaxTrees } from './syntax-trees.ts'
import { checkSound, tryAll } from './try-all.ts'

type NamedBug = Place & { readonly mutant: Mutant }

function placeOf(mutant: Mutant, trees: ReadonlyMap<string, SyntaxTree>): NamedBug {
  const { name, file, find, replace } = mutant
  const source = trees.get(file)?.source.toString('utf8') ?? ''
  const [before = '', ...after] = source.split(find)
  if (after.length !== 1) throw new Error(`${name}: its text occurs ${after.length} times in ${file}`)
  return { mutant, file, start: Buffer.byteLength(before), length: Buffer.byteLength(find), replacement: replace }
}

/** The tests that may find `mutant`: those of its part. */
function selection({ file, invariant, tests }: Mutant): readonly string[] {
  const contracts =
    invariant === undefined
      ? ['--no-match-contract', 'InvariantsTest|GasTest', '--fail-fast']
      : ['--match-contract', 'InvariantsTest']
  return [...testsOf(file, tests), ...contracts]
}

async function runNamed(copy: PlantedPackage, bugs: readonly NamedBug[]): Promise<boolean> {
  const survivors: string[] = []
  await checkSound(
    copy,
    bugs.map(({ mutant }) => selection(mutant)),
  )
  await tryAll(copy, bugs, async (bug) => {
    const { name, invariant } = bug.mutant
    const found = await copy.failures(selection(bug.mutant), bug)
    const killed = invariant === undefined ? found.length > 0 : found.some((text) => text.includes(invariant))
    if (!killed) survivors.push(name)
    console.error(`${killed ? 'found' : 'SURVIVED'} ${name} (${found.length} failing) ${found[0]?.slice(0, 160) ?? ''}`)
  })
  console.log(JSON.stringify({ planted: bugs.length, found: bugs.length - survivors.length, survivors }))
  return survivors.length === 0
}

const help = `Plants one bug at a time in a copy of the contracts, and ends with 1 when no test finds one of them.

Usage: npm run mutants -- [part] [from] [count]     bugs of the list whose names have part, or one of a|b, in them
       npm run mutants -- all [file] [minutes]      each modifier, if and else of the files with file in their path
       npm run mutants -- --help                    this
`

const [first = '', second, third] = process.argv.slice(2)
if (first.startsWith('-')) {
  const asked = first === '--help' || first === '-h'
  ;(asked ? process.stdout : process.stderr).write(asked ? help : `${first} is no option\n\n${help}`)
  process.exit(asked ? 0 : 2)
}
const trees = syntaxTrees()
const named = mutants.map((mutant) => placeOf(mutant, trees))
// What shows a claim to be wrong is tested from TypeScript.
const fromTrees = astMutants(trees).filter(({ file }) => !file.startsWith('fraud/'))
const copyPlanted = (): Promise<PlantedPackage> => copyPackage(trees, [...fromTrees, ...named])

async function run(): Promise<boolean> {
  if (first === 'all') return runAll(fromTrees, copyPlanted, second ?? '', Number(third ?? Number.POSITIVE_INFINITY))
  const from = Number(second ?? 0)
  const parts = first.split('|')
  const chosen = named
    .filter(({ mutant }) => parts.some((each) => mutant.name.includes(each)))
    .slice(from, from + Number(third ?? mutants.length))
  return runNamed(await copyPlanted(), chosen)
}

if (!(await run())) process.exitCode = 1
