import { dataCommitteeAbi, dataCommitteeBytecode } from '@parley/contracts'
import type { Authorities, Deployer } from './deployer.ts'
import type { Preset } from './presets.ts'

/**
 * Deploys the contract of a data committee. Its members register and put their stake there by themselves; then the deployer
 * announces the first epoch, and the governance every later one.
 */
export async function deployCommittee(
  deployer: Deployer,
  { committee }: Preset,
  { governance }: Authorities,
): Promise<void> {
  await deployer.deploy('DataCommittee', {
    abi: dataCommitteeAbi,
    bytecode: dataCommitteeBytecode,
    args: [governance, committee],
  })
}
