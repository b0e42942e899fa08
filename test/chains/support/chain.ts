import type { DeployPhasesOptions, Preset } from '@parley/infra'
import { type Anvil, deriveRoles, devMnemonic, startAnvil } from '@parley/lab'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { hexToBytes } from 'viem'

export const deps = { clock: systemClock, log: pino({ level: 'silent' }) }
const roles = deriveRoles(devMnemonic, 0)
const address = ({ address: text }: { address: `0x${string}` }): Uint8Array => hexToBytes(text)

/** A development chain that says it is the one of `chainId`, with a block for each transaction. */
export function startChain(chainId: bigint): Promise<Anvil> {
  const options = {
    family: 'optimism',
    chainId: Number(chainId),
    hardfork: 'jovian',
    mining: { kind: 'automine' },
    mnemonic: devMnemonic,
    accounts: 3,
    safeAfterBlocks: 1,
    gasLimit: 60_000_000n,
    readyWithinMs: 60_000,
  } as const
  return startAnvil(deps, options, new AbortController().signal)
}

/** What `deployPhases` takes on such a chain; everybody but sequencer, bond owner and claimer is the deployer. */
export function deploying(url: string, preset: Preset): Omit<DeployPhasesOptions, 'phases'> {
  const { deployer, sequencer, batcher, bondOwner } = roles
  const operator = address(deployer)
  return {
    url,
    deployer: deployer.secret,
    preset,
    governance: operator,
    treasury: operator,
    withinMs: 60_000,
    rollup: { sequencer: address(sequencer), bondOwner: address(bondOwner), operator, claimer: address(batcher) },
  }
}
