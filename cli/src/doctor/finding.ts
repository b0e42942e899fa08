import { rpcReason } from '@parley/http'
import { CodedError } from '@parley/protocol'
import { BaseError } from 'viem'
import { asFault } from '../process/describe-error.ts'

/** How bad it is: a `fault` keeps a role from doing its job, a `warning` will or may. */
export type Grade = 'ok' | 'warning' | 'fault'

interface Meaning {
  readonly grade: Grade
  /** What to do about it, for people. */
  readonly remedy: string
}

/** Everything that an examination finds by itself; what parts of Parley refuse has codes of their own. */
export const doctorCodes = {
  OK: { grade: 'ok', remedy: '' },
  NODE_OTHER: { grade: 'warning', remedy: 'start roles by bin/parley, which becomes the Node that is pinned' },
  SECRET_READABLE: { grade: 'fault', remedy: 'chmod 600 the file, or name a key file in it by file:PATH' },
  SECRET_IN_ENVIRONMENT: {
    grade: 'warning',
    remedy: 'put the key into a file of mode 600 and name it by file:PATH: others of this user read environments',
  },
  DATA_DIR_READ_ONLY: { grade: 'fault', remedy: 'let the user that runs the role own the directory' },
  DATA_DIR_OPEN: {
    grade: 'warning',
    remedy: 'chmod 700 the directory: whoever writes there can replace what is stored',
  },
  DISK_FULL: { grade: 'fault', remedy: 'free some disk or move run.dataDir' },
  DISK_LOW: { grade: 'warning', remedy: 'free some disk or move run.dataDir before it is full' },
  PORT_REFUSED: {
    grade: 'fault',
    remedy: 'stop what listens there, which may be the role itself, or set another port',
  },
  CLOCK_BEHIND: { grade: 'fault', remedy: 'set the clock by NTP: the L2 has a later time' },
  RPC_SILENT: { grade: 'fault', remedy: 'check the URL, its key, and the way to it' },
  RPC_UNUSABLE: { grade: 'fault', remedy: 'use another node: this one does not have what it was asked for' },
  L2_STALE: { grade: 'fault', remedy: 'use a node that follows the L2, and check the clock of this machine' },
  TAG_MISSING: { grade: 'warning', remedy: 'use a provider that offers the tag, or leave node.confidence at latest' },
  TAGS_DISORDERED: {
    grade: 'fault',
    remedy: 'use another provider: this one mixes nodes of different chains or heights',
  },
  BATCH_REFUSED: { grade: 'warning', remedy: 'set l2.maxBatch to what the provider takes, 1 for none' },
  LOG_PAGE_SHORT: { grade: 'warning', remedy: 'set l2.maxBlocksPerPage to what the provider takes' },
  LOGS_REFUSED: { grade: 'fault', remedy: 'use a provider that answers eth_getLogs by range and by block hash' },
  LOGS_LEFT_OUT: { grade: 'fault', remedy: 'use another provider: this one leaves logs out without saying so' },
  HISTORY_PRUNED: { grade: 'fault', remedy: 'use a node that keeps all blocks and logs since the deployment' },
  EVM_OLD: { grade: 'fault', remedy: 'use an L2 whose EVM knows PUSH0, MCOPY and the SHA-256 precompile' },
  BLOCK_GAS_LOW: {
    grade: 'fault',
    remedy: 'use an L2 with larger blocks: the dearest transaction, answers to a claim’s questions, does not fit',
  },
  L1_BLOCK_MISSING: {
    grade: 'warning',
    remedy: 'set batcher.pushPrices = false and quote prices (rollup quote): this is no chain of the OP Stack',
  },
  FEES_ABOVE_LIMIT: { grade: 'warning', remedy: 'raise l2.maxFeeGwei or wait: nothing is sent at these fees' },
  CODE_MISSING: { grade: 'fault', remedy: 'check the address and the L2: there is no contract' },
  KEY_UNKNOWN: {
    grade: 'fault',
    remedy: 'use the key that the rollup names, or announce this one (rollup announce-key)',
  },
  KEY_LATER: { grade: 'warning', remedy: 'start with this key only when its first block has come' },
  CLAIMER_UNKNOWN: { grade: 'fault', remedy: 'let the operator name the account (rollup claimer add)' },
  BOND_SHORT: { grade: 'fault', remedy: 'fill the bond (rollup bond deposit)' },
  BOND_LEAVING: {
    grade: 'warning',
    remedy: 'deposit again (rollup bond deposit) when the account is to go on claiming',
  },
  BALANCE_LOW: { grade: 'fault', remedy: 'send ether to the account' },
  LAYER_NONE: {
    grade: 'fault',
    remedy: 'configure the layers that claims lie on: da.…, l1.url, or a deployment file with layers',
  },
  LAYER_UNREAD: { grade: 'fault', remedy: 'configure this layer, too: claims that stand lie on it' },
  BLOBS_NOT_SERVED: {
    grade: 'fault',
    remedy: 'run the beacon node with all data columns, or leave it out of l1.beaconUrl',
  },
  BLOBS_UNCHECKED: { grade: 'warning', remedy: 'run doctor again later: no recent L1 block has blobs' },
  SERVER_SILENT: { grade: 'warning', remedy: 'start it, or check the URL: the role waits for it' },
} as const satisfies Readonly<Record<string, Meaning>>

export type DoctorCode = keyof typeof doctorCodes

/** One line of an examination. */
export interface Finding {
  /** What was examined. */
  readonly check: string
  /** A code of this table, or that of a fault. */
  readonly code: string
  readonly grade: Grade
  /** What was found. */
  readonly said: string
  /** What to do; empty when all is well. */
  readonly remedy: string
}

export function finding(check: string, code: DoctorCode, said: string): Finding {
  return { check, code, said, ...doctorCodes[code] }
}

const remedies = {
  later: 'run doctor again once it answers',
  changed: 'change what the fault names',
  never: 'see docs/errors.md',
}

/** What an error says of a check. @throws the error itself when it is a defect of this program. */
export function failure(check: string, error: unknown): Finding {
  const fault = asFault(error)
  // What a chain was asked for and does not have, such as a block, is a class of errors of its own in viem.
  if (fault instanceof BaseError) return finding(check, 'RPC_UNUSABLE', rpcReason(fault))
  if (!(fault instanceof CodedError)) throw error
  const { code } = fault.fault
  const said = fault.message.startsWith(`${code}: `) ? fault.message.slice(code.length + 2) : fault.message
  return { check, code, grade: 'fault', said, remedy: remedies[fault.meaning.retry as keyof typeof remedies] }
}

/** Runs a check; what it throws is what it found. */
export async function examined(check: string, run: () => Promise<Finding | readonly Finding[]>): Promise<Finding[]> {
  try {
    return [await run()].flat()
  } catch (error) {
    return [failure(check, error)]
  }
}

/** The Markdown table of codes, as the operators' page has it. */
export function codesTable(): string {
  const rows = Object.entries(doctorCodes)
    .filter(([, { grade }]) => grade !== 'ok')
    .map(([code, { grade, remedy }]) => `| \`${code}\` | ${grade} | ${remedy} |`)
  return ['| code | grade | what to do |', '| --- | --- | --- |', ...rows].join('\n')
}
