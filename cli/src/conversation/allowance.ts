import { mwei } from '@parley/protocol'

/** What a member may spend on messages when nothing else is asked for. */
export const defaultAllowance = mwei(1_000_000_000n)
