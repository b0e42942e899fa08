import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractOf, deployed, halves, readArtifact, readCommitted, root } from './deployed.ts'

interface Variable {
  readonly label: string
  readonly offset: number
  readonly slot: string
  readonly type: string
}

interface Layout {
  readonly storage: readonly Variable[]
  readonly types: Readonly<Record<string, { readonly label: string; readonly members?: readonly Variable[] }>> | null
}

/** One line a variable, `slot:offset name type`, and one a field of every struct in it: the compiler's ids are left out. */
function describe({ storage, types }: Layout): readonly string[] {
  const all = types ?? {}
  const line = ({ slot, offset, label, type }: Variable): string => `${slot}:${offset} ${label} ${all[type]?.label}`
  const structs = Object.values(all).flatMap(({ label, members }) =>
    members === undefined ? [] : [`${label}: ${members.map(line).join(', ')}`],
  )
  return [...storage.map(line), ...structs.sort()]
}

const layoutOf = (contract: string): Layout =>
  (readArtifact(contract) as { readonly storageLayout: Layout }).storageLayout

/** Two contracts that work on one storage must agree on every slot of it; the second may keep more behind it. */
function assertOneStorage(contract: string, half: string): void {
  const slots = (name: string): readonly string[] => describe(layoutOf(name)).slice(0, layoutOf(name).storage.length)
  const [ours, others] = [slots(contract), slots(half)]
  const at = ours.findIndex((line, i) => line !== others[i])
  if (at >= 0) throw new Error(`${contract} has ${ours[at]} where ${half} has ${others[at] ?? 'nothing'}`)
}

const file = join(root, 'snapshots', 'storage.json')
execFileSync('forge', ['build', 'src'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
for (const [contract, half] of Object.entries(halves)) assertOneStorage(contract, half)
const layouts = Object.fromEntries(
  deployed.map((source) => [contractOf(source), describe(layoutOf(contractOf(source)))]),
)
const text = `${JSON.stringify(layouts, undefined, 2)}\n`
if (readCommitted(file) !== text) {
  if (process.argv.includes('--check')) {
    console.error('storage differs from snapshots/storage.json: run "npm run storage -w contracts" if it is meant to')
    process.exitCode = 1
  } else writeFileSync(file, text)
}
