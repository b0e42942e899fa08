import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { systemReason } from '@parley/runtime/files'
import { bytesToHex, getAddress, type Hash, hexToBytes } from 'viem'
import { z } from 'zod'
import { InfraError } from '../faults.ts'
import { type Deployment, type Verifiers, verifierNames } from './deployment.ts'

/** Contracts that are deployed beside the rollup, each by a transaction of its own. */
export const contractNames = [
  'ParleyVotes',
  'ParleyTimelock',
  'ParleyGovernor',
  'Treasury',
  'RollupOperator',
  'DataCommittee',
  'SignatureVerifier',
  'ContactDirectory',
  'StakeVault',
  'SybilLists',
  'Reputation',
  'BulkPricing',
  'SybilListGate',
  'DemandGate',
  'FlatFeeGate',
  'AllowListGate',
  'AttestationGate',
  'PublicInbox',
  'CompositeGate',
] as const

export type ContractName = (typeof contractNames)[number]

type Address = `0x${string}`

export interface DeployedContract {
  readonly address: Address
  /** L2 block of its deployment: no event is older. */
  readonly block: bigint
  readonly transaction: Hash
}

/**
 * All that was deployed, phase by phase. Everything else about the contracts is read from them.
 */
export interface DeploymentRecord {
  /** Preset it was made of; for people. */
  readonly preset: string
  /** Chain id of the L2. */
  readonly chainId: bigint
  readonly rollup?: Omit<Deployment, 'preset' | 'chainId'>
  readonly contracts: Readonly<Partial<Record<ContractName, DeployedContract>>>
  /** Where the layers are read that claims lie on, by the names of settings; written by the operator, for whoever runs a node. */
  readonly layers?: Readonly<Record<string, string>>
}

const uint64 = z
  .string()
  .regex(/^(0|[1-9]\d{0,19})$/, 'is no decimal number')
  .transform(BigInt)
  .refine((value) => value < 2n ** 64n, 'is above 2^64 - 1')
const hex = (length: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${2 * length}}$`), `is not 0x and ${2 * length} lower-case hex digits`)
    .transform((text) => text as Address)
const bytes = (length: number) => hex(length).transform((text) => hexToBytes(text))
const address = hex(20).transform((text) => getAddress(text))

const contract = z.strictObject({ address, block: uint64, transaction: hex(32) })
const schema = z.strictObject({
  version: z.literal(3),
  preset: z.string().min(1).max(64),
  chainId: uint64,
  rollup: z
    .strictObject({
      rollup: bytes(20),
      inbox: bytes(20),
      contests: bytes(20),
      verifiers: z.record(z.enum(verifierNames), bytes(20)),
      block: uint64,
      transaction: bytes(32),
    })
    .optional(),
  contracts: z.partialRecord(z.enum(contractNames), contract),
  layers: z.record(z.string().max(64), z.string().max(2_048)).optional(),
})

/** @throws {InfraError} `DEPLOYMENT_INVALID` naming the first field that is wrong, missing or unknown. */
export function parseDeployment(text: string): DeploymentRecord {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw invalid('(file)', 'is no JSON', error)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(issue?.path.join('.') || '(file)', issue?.message ?? 'is wrong')
  }
  const { version: _, rollup, contracts, layers, ...rest } = parsed.data
  return {
    ...rest,
    ...(rollup && { rollup }),
    ...(layers && { layers }),
    contracts: contracts as DeploymentRecord['contracts'],
  }
}

export function formatDeployment({ preset, chainId, rollup, contracts, layers }: DeploymentRecord): string {
  const deployed = Object.entries(contracts).map(([name, { address: at, block, transaction }]) => [
    name,
    { address: at.toLowerCase(), block: String(block), transaction },
  ])
  const fields = {
    version: 3,
    preset,
    chainId: String(chainId),
    ...(rollup && {
      rollup: {
        rollup: bytesToHex(rollup.rollup),
        inbox: bytesToHex(rollup.inbox),
        contests: bytesToHex(rollup.contests),
        verifiers: verifiersToHex(rollup.verifiers),
        block: String(rollup.block),
        transaction: bytesToHex(rollup.transaction),
      },
    }),
    contracts: Object.fromEntries(deployed),
    ...(layers && { layers }),
  }
  return `${JSON.stringify(fields, undefined, 2)}\n`
}

const verifiersToHex = (verifiers: Verifiers): Record<string, string> =>
  Object.fromEntries(verifierNames.map((name) => [name, bytesToHex(verifiers[name])]))

/**
 * Reads a deployment file.
 * @returns undefined when there is none.
 * @throws {InfraError} `DEPLOYMENT_INVALID`.
 */
export async function readDeployment(path: string): Promise<DeploymentRecord | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw invalid('(file)', `${path} cannot be read`, error)
  }
  return parseDeployment(text)
}

/** Writes the file whole or not at all. */
export async function writeDeployment(path: string, deployment: DeploymentRecord): Promise<void> {
  const partial = partialOf(path)
  await writeFile(partial, formatDeployment(deployment))
  await rename(partial, path)
}

/**
 * Tries whether `writeDeployment` will be able to write: before something is paid for, not after.
 * @throws {InfraError} `DEPLOYMENT_UNWRITABLE`.
 */
export async function tryWritingDeployment(path: string): Promise<void> {
  const partial = partialOf(path)
  try {
    const standing = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (standing !== undefined && !standing.isFile()) throw unwritable(path, 'is no file')
    await writeFile(partial, '', { flag: 'w' })
    await rm(partial)
  } catch (error) {
    if (error instanceof InfraError) throw error
    throw unwritable(path, systemReason(error), error)
  }
}

const partialOf = (path: string): string => `${path}.${process.pid}.partial`

function unwritable(path: string, reason: string, cause?: unknown): InfraError {
  return new InfraError({ code: 'DEPLOYMENT_UNWRITABLE', path, reason }, { cause })
}

/** A contract that was deployed. @throws {InfraError} `DEPLOYMENT_INVALID` when it was not. */
export function contractOf({ contracts }: Pick<DeploymentRecord, 'contracts'>, name: ContractName): DeployedContract {
  const found = contracts[name]
  if (found === undefined) throw invalid(`contracts.${name}`, 'was not deployed')
  return found
}

export function invalid(field: string, reason: string, cause?: unknown): InfraError {
  return new InfraError({ code: 'DEPLOYMENT_INVALID', field, reason }, { cause })
}
