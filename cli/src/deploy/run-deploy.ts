import {
  type DeploymentRecord,
  type DeployPhasesOptions,
  deployPhases,
  formatDeployment,
  planDeployment,
  presets,
  readDeployment,
  tryWritingDeployment,
  writeDeployment,
} from '@parley/infra'
import { type Bytes20, ownerAddress } from '@parley/protocol'
import { hexToBytes } from 'viem'
import { tell } from '../action/tell.ts'
import { type Config, needed } from '../config/config.ts'
import type { Address } from '../config/setting.ts'
import type { Context } from '../process/context.ts'

/** Milliseconds within which each transaction of a deployment must be included. */
const withinMs = 300_000

/** Deploys the phases asked for and prints where everything stands; or prints what that comes to. */
export async function runDeploy(context: Context): Promise<number> {
  const { config, log, out, signal } = context
  const { deploy } = config
  const deployer = needed(config, 'l2.key').reveal()
  const orDeployer = (address: Address | undefined): Bytes20 =>
    address === undefined ? ownerAddress(deployer) : hexToBytes(address)
  const phases = new Set(deploy.phases)
  const path = deploy.out
  if (path !== undefined && !deploy.plan) await tryWritingDeployment(path)
  const options: DeployPhasesOptions = {
    url: needed(config, 'l2.url'),
    deployer,
    preset: presets[deploy.preset],
    phases,
    governance: orDeployer(deploy.governance),
    treasury: orDeployer(deploy.treasury),
    voteHolder: orDeployer(deploy.voteHolder),
    operator: orDeployer(deploy.operator),
    ...(phases.has('rollup') && { rollup: rollupOptions(config, orDeployer(deploy.operator)) }),
    ...(path !== undefined && { before: await readDeployment(path) }),
    withinMs,
  }
  if (deploy.plan) return tell(context, await planDeployment({ log, signal }, options))
  const kept = path !== undefined && { onProgress: (reached: DeploymentRecord) => writeDeployment(path, reached) }
  const record = await deployPhases({ log, signal }, { ...options, ...kept })
  out.write(formatDeployment(record))
  return 0
}

function rollupOptions(config: Config, operator: Bytes20): NonNullable<DeployPhasesOptions['rollup']> {
  const genesisTimestamp = config.deploy.genesisTimestampMs
  return {
    sequencer: hexToBytes(needed(config, 'deploy.sequencer')),
    bondOwner: hexToBytes(needed(config, 'deploy.bondOwner')),
    fillBond: config.deploy.fillBond,
    claimer: hexToBytes(needed(config, 'deploy.claimer')),
    operator,
    ...(genesisTimestamp === undefined ? {} : { genesisTimestamp }),
  }
}
