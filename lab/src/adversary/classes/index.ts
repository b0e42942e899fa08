import type { BlockLie } from './class.ts'
import { itemLies } from './items.ts'
import { messageLies } from './messages.ts'
import { operationLies } from './operations.ts'
import { ruleLies } from './rules.ts'
import { signatureLies } from './signatures.ts'
import { stateLies } from './states.ts'

/** Every lie about blocks, in the order in which they are told. */
export const blockLies: readonly BlockLie[] = [
  ...messageLies,
  ...signatureLies,
  ...operationLies,
  ...itemLies,
  ...stateLies,
  ...ruleLies,
]
