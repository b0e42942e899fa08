// Compiles verifiers with a bug in each, as the build compiles them. Prints a line of JSON for each: {name, contract, by, bytecode}.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from './deployed.ts'
import { type VerifierMutant, verifierMutants } from './mutants-fraud.ts'

interface Solc {
  compile(input: string, callbacks: { readonly import: (file: string) => object }): string
}
interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, { evm: { bytecode: { object: string } } }>>>>
}

const solc: Solc = createRequire(import.meta.url)('solc')

const sourceOf = (file: string): string => readFileSync(join(root, file), 'utf8')

function planted({ name, file, find, replace }: VerifierMutant): string {
  const [before = '', ...after] = sourceOf(join('src', file)).split(find)
  if (after.length !== 1) throw new Error(`${name}: its text occurs ${after.length} times in ${file}`)
  return before + replace + after[0]
}

function compile(mutant: VerifierMutant): string {
  const { name, contract, file } = mutant
  const main = `src/fraud/${contract}.sol`
  const spoilt = `src/${file}`
  const contentOf = (path: string): string => {
    if (path === spoilt) return planted(mutant)
    return path.startsWith('@') ? readFileSync(join(root, '..', 'node_modules', path), 'utf8') : sourceOf(path)
  }
  const input = {
    language: 'Solidity',
    sources: { [main]: { content: contentOf(main) } },
    settings: {
      viaIR: true,
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'prague',
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: { [main]: { [contract]: ['evm.bytecode.object'] } },
    },
  }
  const output: Output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (path) => ({ contents: contentOf(path) }) }),
  )
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(`${name} does not compile: ${errors[0]?.formattedMessage}`)
  return `0x${output.contracts?.[main]?.[contract]?.evm.bytecode.object}`
}

const part = process.argv[2] ?? ''
for (const mutant of verifierMutants.filter(({ name }) => name.includes(part))) {
  const { name, contract, by } = mutant
  console.log(JSON.stringify({ name, contract, by, bytecode: compile(mutant) }))
}
