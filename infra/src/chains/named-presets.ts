import { devPreset, productionPreset, trialPreset } from '../deployment/presets.ts'
import { chainFiles, chainPreset } from './chains.ts'

/** All presets by name: those for any L2, then those for a public chain. */
export const presets = {
  dev: devPreset,
  trial: trialPreset,
  production: productionPreset,
  'op-sepolia': chainPreset(chainFiles['op-sepolia']),
  'base-sepolia': chainPreset(chainFiles['base-sepolia']),
} as const
