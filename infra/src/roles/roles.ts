/** A secret of a role: never by environment, always a file that only the role can read. */
export interface RoleSecret {
  /** Configuration key that is given `file:` and the path. */
  readonly setting: string
  /** Name of the file, in `/etc/parley/keys` on a host and in the role's Secret on Kubernetes. */
  readonly file: string
}

/** What a role needs where it runs, in whatever way it is started. */
export interface RoleDescription {
  readonly about: string
  /** Port that serves the role; its metrics are at `metricsApart` more. */
  readonly port: number
  /** Where `/healthz` and `/readyz` are, when that is not the main port. */
  readonly health?: 'metrics port'
  /** What it cannot start without, beside what its configuration file has. */
  readonly secrets: readonly RoleSecret[]
  /** Settings that follow from how it is started. */
  readonly settings?: Readonly<Record<string, string>>
  /** Directories beside its data that outlive it, by the setting that names them. */
  readonly directories?: Readonly<Record<string, string>>
  /** MiB of memory at most. */
  readonly memoryMib: number
  /** GiB of a volume to begin with. */
  readonly volumeGib: number
  /** Whether peers are listened for, at `p2pPort`. */
  readonly gossips?: true
}

/** What is added to the main port for the one that alone serves metrics, so that the main one can be opened to the world. */
export const metricsApart = 50

/** Where peers of the gossip are listened for. */
export const p2pPort = 9610

/** User and group that roles run as; the number is for containers. */
export const roleUser = { name: 'parley', id: 10_001 } as const

/** Seconds that a role has to drain after SIGTERM before it is killed: more than it takes itself. */
export const drainSeconds = 40

/** The one description of all roles that serve: ports, units, composition and Kubernetes' objects follow from it. */
export const roles = {
  sequencer: {
    about: 'Parley sequencer: accepts, orders and seals',
    port: 9600,
    secrets: [{ setting: 'sequencer.key', file: 'header.key' }],
    // Belongs to the key, and is never restored from a copy: it lies apart from the data.
    directories: { 'sequencer.markDir': 'signed' },
    memoryMib: 4_096,
    volumeGib: 100,
    gossips: true,
  },
  batcher: {
    about: 'Parley batcher: publishes and claims',
    port: 9601,
    secrets: [
      { setting: 'l2.key', file: 'claimer.key' },
      { setting: 'l1.key', file: 'publisher.key' },
    ],
    memoryMib: 2_048,
    volumeGib: 20,
  },
  node: {
    about: 'Parley node: derives and verifies the chain',
    port: 9602,
    secrets: [],
    memoryMib: 4_096,
    volumeGib: 100,
    gossips: true,
  },
  signer: {
    about: 'Parley signer: holds the key of headers',
    port: 9603,
    health: 'metrics port',
    secrets: [
      { setting: 'signer.key', file: 'header.key' },
      { setting: 'signer.tlsKey', file: 'signer-tls.key' },
    ],
    memoryMib: 512,
    volumeGib: 5,
  },
  relay: {
    about: 'Parley relay: serves readers in the sequencer’s place',
    port: 9604,
    secrets: [],
    memoryMib: 2_048,
    volumeGib: 100,
    gossips: true,
  },
  'da-node': {
    about: 'Parley DA node: keeps and shows data of a committee',
    port: 9606,
    secrets: [
      { setting: 'daNode.key', file: 'member.key' },
      { setting: 'daNode.answerKey', file: 'answer.key' },
    ],
    memoryMib: 1_024,
    volumeGib: 200,
  },
  gateway: {
    about: 'Parley gateway: pays for consumers',
    port: 9607,
    secrets: [
      { setting: 'gateway.key', file: 'gateway.key' },
      { setting: 'gateway.payKey', file: 'payer.key' },
    ],
    memoryMib: 1_024,
    volumeGib: 5,
  },
  store: {
    about: 'Parley store: keeps encrypted contents',
    port: 9608,
    secrets: [],
    memoryMib: 1_024,
    volumeGib: 200,
  },
  pds: {
    about: 'Parley post-delivery service: keeps what comes for its users',
    port: 9609,
    secrets: [{ setting: 'pds.key', file: 'pds.key' }],
    memoryMib: 1_024,
    volumeGib: 200,
  },
  push: {
    about: 'Parley push: wakes devices without saying why',
    port: 9611,
    secrets: [{ setting: 'push.vapidKey', file: 'vapid.key' }],
    memoryMib: 1_024,
    volumeGib: 5,
  },
} as const satisfies Readonly<Record<string, RoleDescription>>

export type RoleName = keyof typeof roles

/** All roles with their names, as the description's type has them. */
export const roleEntries: readonly (readonly [RoleName, RoleDescription])[] = Object.entries(roles) as never
