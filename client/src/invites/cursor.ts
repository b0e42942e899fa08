import type { L2Position } from '@parley/protocol/light'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { ClientError } from '../faults.ts'

/** Where watching an inbox goes on: keep it as it is, and hand it back. */
export type InviteCursor = string

/** How an inbox stood at a block. */
export interface Waypoint {
  readonly position: L2Position
  /** Invites up to here. */
  readonly count: bigint
  readonly head: Hex
}

/**
 * The waypoints of a cursor, oldest first, the latest being where it stands: the way back when a reorganisation takes the
 * latest ones away. They lie the wider apart the older they are.
 */
export type Waypoints = readonly Waypoint[]

const dense = 16

/** Adds a waypoint, dropping every other one of the older half when there are many. */
export function addWaypoint(waypoints: Waypoints, next: Waypoint): Waypoints {
  const all = [...waypoints, next]
  return all.length <= 2 * dense ? all : all.filter((_, i) => i >= dense || i % 2 === 0)
}

export function encodeCursor(waypoints: Waypoints): InviteCursor {
  const rows = waypoints.map(({ position, count, head }) => [
    String(position.blockNumber),
    bytesToHex(position.blockHash),
    String(count),
    head,
  ])
  return JSON.stringify(rows)
}

const number = /^\d{1,20}$/
const hash = /^0x[0-9a-f]{64}$/

/** @throws {ClientError} `ARGUMENT_INVALID`. */
export function decodeCursor(cursor: InviteCursor): Waypoints {
  const rows = parsed(cursor)
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > 2 * dense) throw invalid('it has no or too many rows')
  return rows.map((row: unknown) => {
    const fields: unknown[] = Array.isArray(row) ? row : []
    const [blockNumber, blockHash, count, head] = fields
    const holds = matches(number, blockNumber) && matches(number, count) && matches(hash, blockHash)
    if (!holds || !matches(hash, head)) throw invalid('a row of it is not of the form that was given out')
    const position = { blockNumber: BigInt(blockNumber), blockHash: hexToBytes(blockHash as Hex) }
    return { position, count: BigInt(count), head: head as Hex }
  })
}

const matches = (pattern: RegExp, value: unknown): value is string => typeof value === 'string' && pattern.test(value)

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(cursor)
  } catch {
    // Whatever the text is, it is none that was given out.
    throw invalid('it is no JSON')
  }
}

function invalid(reason: string): ClientError {
  return new ClientError({ code: 'ARGUMENT_INVALID', field: 'cursor', reason })
}
