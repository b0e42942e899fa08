import { deploy, formatDeployment, presets, writeDeployment } from '@parley/infra'
import { type Bytes20, ownerAddress } from '@parley/protocol'
import { hexToBytes } from 'viem'
import { needed } from '../config/config.ts'
import type { Address } from '../config/setting.ts'
import type { Context } from '../process/context.ts'

/** Milliseconds within which the one transaction of a deployment must be included. */
const withinMs = 300_000

/** Deploys the contracts and prints where they stand. */
export async function runDeploy({ config, log, out }: Context): Promise<number> {
  const deployer = needed(config, 'l2.key').reveal()
  const orDeployer = (address: Address | undefined): Bytes20 =>
    address === undefined ? ownerAddress(deployer) : hexToBytes(address)
  const genesisTimestamp = config.deploy.genesisTimestampMs
  const deployment = await deploy(
    { log },
    {
      url: needed(config, 'l2.url'),
      deployer,
      preset: presets[config.deploy.preset],
      sequencer: hexToBytes(needed(config, 'deploy.sequencer')),
      claimer: hexToBytes(needed(config, 'deploy.claimer')),
      operator: orDeployer(config.deploy.operator),
      treasury: orDeployer(config.deploy.treasury),
      ...(genesisTimestamp === undefined ? {} : { genesisTimestamp }),
      withinMs,
    },
  )
  if (config.deploy.out !== undefined) await writeDeployment(config.deploy.out, deployment)
  out.write(formatDeployment(deployment))
  return 0
}
