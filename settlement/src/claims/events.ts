import { rollupAbi } from '@parley/contracts'
import { getAbiItem } from 'viem'

/** The event of a claim that stands. */
export const claimedEvent = getAbiItem({ abi: rollupAbi, name: 'Claimed' })
