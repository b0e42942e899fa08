import { readFileSync, writeFileSync } from 'node:fs'
import { startEvm } from '../fraud/evm.ts'
import { measureProofs } from '../fraud/gas/measure.ts'
import { contractsReadme, withContractLimits } from './contract-limits.ts'
import { proofGasFile, renderGas } from './gas.ts'

const evm = await startEvm()
try {
  writeFileSync(proofGasFile, `${JSON.stringify(await measureProofs(evm), null, 2)}\n`)
} finally {
  await evm.stop()
}
writeFileSync(new URL('../../../docs/gas.md', import.meta.url), renderGas())
writeFileSync(contractsReadme, withContractLimits(readFileSync(contractsReadme, 'utf8')))
