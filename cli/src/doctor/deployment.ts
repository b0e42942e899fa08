import { getBond, getHeadBlock } from '@parley/client'
import { BlockHeaderType, ownerAddress, sequencerAt } from '@parley/protocol'
import type { ChainReader } from '@parley/settlement'
import { Registry } from 'prom-client'
import { bytesToHex, getAddress } from 'viem'
import { getBlock, getCode, getLogs } from 'viem/actions'
import { type Config, isGiven, needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { openReader } from '../role/l2.ts'
import { examined, type Finding, finding } from './finding.ts'
import type { L2Node } from './l2-node.ts'

/** A deployment as it was found on the L2. */
export interface FoundDeployment {
  readonly reader: ChainReader
  /** As stores are stamped with it. */
  readonly name: string
}

/** Opens the configured deployment. @throws {SettlementError} `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`. */
export async function openDeployment(context: Context): Promise<FoundDeployment> {
  const reader = await openReader(context, new Registry(), undefined)
  const [{ chainId }, genesis] = await Promise.all([reader.config(context.signal), reader.genesis(context.signal)])
  const root = bytesToHex(BlockHeaderType.hashTreeRoot(genesis))
  return { reader, name: `chain ${chainId}, rollup ${needed(context.config, 'l2.rollup')}, genesis ${root}` }
}

const contractKeys = [
  'l2.committee',
  'l2.directory',
  'l2.publicInbox',
  'l2.treasury',
  'l2.governor',
  'l2.votes',
] as const

/** Whether there is code where the configuration says that contracts are. */
export async function checkContracts({ config }: Context, { client }: L2Node): Promise<Finding[]> {
  const given = contractKeys.filter((key) => isGiven(config, key))
  const found = await Promise.all(
    given.map((key) =>
      examined(key, async () => {
        const address = needed(config, key)
        return finding(key, (await getCode(client, { address })) === undefined ? 'CODE_MISSING' : 'OK', address)
      }),
    ),
  )
  return found.flat()
}

/** Whether keys are those that the rollup names, and what stands behind them. */
export async function checkRollupKeys(
  context: Context,
  role: string | undefined,
  node: L2Node,
  deployment: FoundDeployment,
) {
  const { config } = context
  const own = role === 'signer' ? config.signer.key : config.sequencer.key
  const keys: Finding[] = []
  if (own !== undefined && (role === 'sequencer' || role === 'signer'))
    keys.push(...(await examined('header key', () => checkHeaderKey(context, own.reveal(), node, deployment))))
  const { key: claimer } = config.l2
  if (claimer !== undefined && role === 'batcher')
    keys.push(...(await examined('claimer', () => checkClaimer(config, ownerAddress(claimer.reveal()), node))))
  return keys
}

async function checkHeaderKey(
  { config, signal }: Context,
  secret: Uint8Array,
  { client }: L2Node,
  { reader }: FoundDeployment,
) {
  const rollup = needed(config, 'l2.rollup')
  const address = getAddress(bytesToHex(ownerAddress(secret)))
  const { keys } = await reader.schedule(signal)
  const next = (await getHeadBlock(client, { rollup })) + 1n
  const now = sequencerAt(keys, next)
  const named = getAddress(bytesToHex(now.key))
  if (named === address) {
    const { bond, required, unlocksAt } = await getBond(client, { rollup, account: bytesToHex(now.bondOwner) })
    const said = `${address} signs from block ${now.from} on; its bond is ${bond} of ${required} wei`
    return finding('header key', bond < required ? 'BOND_SHORT' : unlocksAt > 0n ? 'BOND_LEAVING' : 'OK', said)
  }
  const later = keys.find((each) => each.from > next && getAddress(bytesToHex(each.key)) === address)
  if (later !== undefined)
    return finding('header key', 'KEY_LATER', `${address} signs from block ${later.from} on, ${named} until then`)
  return finding('header key', 'KEY_UNKNOWN', `the rollup names ${named}, this key is ${address}`)
}

async function checkClaimer(config: Config, owner: Uint8Array, { client }: L2Node): Promise<readonly Finding[]> {
  const rollup = needed(config, 'l2.rollup')
  const account = getAddress(bytesToHex(owner))
  const { mayClaim, bond, required, unlocksAt } = await getBond(client, { rollup, account })
  if (!mayClaim) return [finding('claimer', 'CLAIMER_UNKNOWN', `${account} is no claimer of ${rollup}`)]
  const said = `${account} has ${bond} of ${required} wei`
  // The batcher fills its own bond when it starts, if its account has as much.
  const short = bond < required ? finding('bond', 'BOND_SHORT', said) : undefined
  if (short !== undefined)
    return [
      finding('claimer', 'OK', account),
      { ...short, grade: 'warning', remedy: `${short.remedy}; a batcher fills its own when it starts` },
    ]
  return [finding('claimer', 'OK', account), finding('bond', unlocksAt > 0n ? 'BOND_LEAVING' : 'OK', said)]
}

/** Whether the node still has the logs of the rollup's beginning. */
export async function checkFirstLogs(
  { config }: Context,
  { client }: L2Node,
  deploymentBlock: bigint,
): Promise<Finding> {
  const check = 'L2 logs since the deployment'
  const { hash, logsBloom } = await getBlock(client, { blockNumber: deploymentBlock })
  const logs = await getLogs(client, { address: needed(config, 'l2.rollup'), blockHash: hash })
  const isAnnounced = logsBloom !== null && !/^0x0*$/.test(logsBloom)
  const said = `block ${deploymentBlock}, the deployment's, has ${logs.length} logs of the rollup`
  return finding(check, isAnnounced && logs.length === 0 ? 'HISTORY_PRUNED' : 'OK', said)
}
