import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Bytes20, Bytes32 } from '@parley/protocol'
import { bytesToHex, hexToBytes } from 'viem'
import { z } from 'zod'
import { InfraError } from '../faults.ts'

/**
 * Where the contracts of one deployment stand. Everything else about it is read from the contracts themselves.
 */
export interface Deployment {
  /** Preset it was made of; for people. */
  readonly preset: string
  /** Chain id of the L2. */
  readonly chainId: bigint
  readonly rollup: Bytes20
  readonly inbox: Bytes20
  /** L2 block of the deployment: no event is older. */
  readonly block: bigint
  /** Transaction that made it. */
  readonly transaction: Bytes32
}

const uint64 = z
  .string()
  .regex(/^(0|[1-9]\d{0,19})$/, 'is no decimal number')
  .transform(BigInt)
  .refine((value) => value < 2n ** 64n, 'is above 2^64 - 1')
const bytes = (length: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${2 * length}}$`), `is not 0x and ${2 * length} lower-case hex digits`)
    .transform((text) => hexToBytes(text as `0x${string}`))

const schema = z.strictObject({
  version: z.literal(1),
  preset: z.string().min(1).max(64),
  chainId: uint64,
  rollup: bytes(20),
  inbox: bytes(20),
  block: uint64,
  transaction: bytes(32),
})

/** @throws {InfraError} `DEPLOYMENT_INVALID` naming the first field that is wrong, missing or unknown. */
export function parseDeployment(text: string): Deployment {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    const reason = 'is no JSON'
    throw new InfraError({ code: 'DEPLOYMENT_INVALID', field: '(file)', reason }, { cause: error })
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') || '(file)'
    throw new InfraError({ code: 'DEPLOYMENT_INVALID', field, reason: issue?.message ?? 'is wrong' })
  }
  const { version: _, ...deployment } = parsed.data
  return deployment
}

export function formatDeployment(deployment: Deployment): string {
  const fields = {
    version: 1,
    preset: deployment.preset,
    chainId: String(deployment.chainId),
    rollup: bytesToHex(deployment.rollup),
    inbox: bytesToHex(deployment.inbox),
    block: String(deployment.block),
    transaction: bytesToHex(deployment.transaction),
  }
  return `${JSON.stringify(fields, undefined, 2)}\n`
}

/** @throws {InfraError} `DEPLOYMENT_INVALID`, also when there is no such file. */
export async function readDeployment(path: string): Promise<Deployment> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const reason = `${path} cannot be read`
    throw new InfraError({ code: 'DEPLOYMENT_INVALID', field: '(file)', reason }, { cause: error })
  }
  return parseDeployment(text)
}

/** Writes the file whole or not at all. */
export async function writeDeployment(path: string, deployment: Deployment): Promise<void> {
  const partial = `${path}.${process.pid}.partial`
  await writeFile(partial, formatDeployment(deployment))
  await rename(partial, path)
}
