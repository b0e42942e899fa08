import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractOf, deployed, readArtifact, readCommitted, root } from './deployed.ts'

interface Artifact {
  readonly deployedBytecode: { readonly object: string }
}

/** Of one contract (EIP-170). */
const most = 24_576
const file = join(root, 'snapshots', 'sizes.json')

function sizeOf(contract: string): number {
  const { object } = (readArtifact(contract) as Artifact).deployedBytecode
  const size = object.length / 2 - 1
  if (size > most) throw new Error(`${contract} has ${size} bytes of code: at most ${most} can be deployed`)
  return size
}

execFileSync('forge', ['build', 'src'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
const sizes = Object.fromEntries(deployed.map(contractOf).map((contract) => [contract, sizeOf(contract)]))
const text = `${JSON.stringify(sizes, null, 2)}\n`
if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (readCommitted(file) !== text) {
  console.error('snapshots/sizes.json is out of date: npm run sizes')
  process.exitCode = 1
}
