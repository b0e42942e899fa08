import baseSepolia from '../../l2/base-sepolia.json' with { type: 'json' }
import opSepolia from '../../l2/op-sepolia.json' with { type: 'json' }
import { type Preset, productionPreset } from '../deployment/presets.ts'
import { dataNeededFor } from '../deployment/worst-times.ts'
import { InfraError } from '../faults.ts'
import { type ChainFile, forcedInclusionOf, parseChainFile } from './chain-file.ts'

const gwei = 10n ** 9n

/** Public chains that Parley can be deployed on by name. */
export const chainFiles = {
  'op-sepolia': parseChainFile(opSepolia),
  'base-sepolia': parseChainFile(baseSepolia),
} as const

/** Everything about a deployment on that chain: `production`, but for what its file says. */
export function chainPreset(file: ChainFile): Preset {
  const { contracts } = file
  return {
    ...productionPreset,
    name: file.name,
    forceDelayMs: BigInt(contracts.forceDelay) * 1000n,
    windows: contracts.windows,
    forcedInclusion: forcedInclusionOf(file),
    challengeAfter: contracts.challengeAfter,
    bond: contracts.bond,
    evidencePeriod: contracts.evidencePeriod,
    upgradeNotice: contracts.upgradeNotice,
    contest: {
      ...productionPreset.contest,
      silenceLimit: contracts.silenceLimit,
      notice: contracts.notice,
      rescueBond: contracts.rescueBond,
    },
    committee: { ...productionPreset.committee, ...contracts.committee },
    chain: {
      id: file.chainId,
      leastBlockGas: file.leastBlockGas,
      maxFeePerGas: BigInt(file.settings['l2.maxFeeGwei']) * gwei,
    },
  }
}

const slotsPerEpoch = 32

/**
 * Refuses a file whose L1 forgets blobs while a claim may still be contested, or whose publications are counted as made before the
 * L1 could still be watched for them. Windows are `checkWindows`' business.
 * @throws {InfraError} `CHAIN_FILE_INVALID`.
 */
export function checkChainFile(file: ChainFile): void {
  const { l1, settings } = file
  const kept = l1.blobEpochs * slotsPerEpoch * l1.slotSeconds
  const needed = dataNeededFor(chainPreset(file))
  if (kept < needed) throw refused('l1.blobEpochs', `keeps blobs for ${kept} s, claims need them for ${needed} s`)
  const [confirmations, watched] = [settings['da.confirmations'], settings['l1.settleBlocks']]
  if (confirmations !== 'finalized' && confirmations > watched)
    throw refused('settings.da.confirmations', `is above the ${watched} blocks for which a publication is watched`)
}

const refused = (field: string, reason: string): InfraError =>
  new InfraError({ code: 'CHAIN_FILE_INVALID', field, reason })

/** What roles of a deployment do by themselves, by the keys of settings; nothing where its preset is of no public chain. */
export function chainSettings(preset: string): Readonly<Record<string, string | number>> {
  return Object.hasOwn(chainFiles, preset) ? chainFiles[preset as keyof typeof chainFiles].settings : {}
}
