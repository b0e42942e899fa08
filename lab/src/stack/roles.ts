import { LabError } from '../faults.ts'
import { type Child, type ChildDeps, type ChildOptions, startChild } from '../process/child.ts'
import { lastWords } from '../process/last-words.ts'

/** Members of a committee; they run the same command. */
export const daNodeNames = ['da-node-0', 'da-node-1', 'da-node-2', 'da-node-3'] as const
/** Gateways and stores of a stack with messaging: two of each, for clients change to another when one fails them. */
export const gatewayNames = ['gateway-0', 'gateway-1'] as const
export const storeNames = ['store-0', 'store-1'] as const

/** The processes of a stack beside its chains. */
const roleNames = [
  'da',
  'alt-da-double',
  'celestia-double',
  ...daNodeNames,
  'sequencer',
  'batcher',
  'node',
  'relay',
  ...storeNames,
  ...gatewayNames,
  'pds',
] as const
export type RoleName = (typeof roleNames)[number]

/** Words of the command that a process runs. */
export const commandOf = (role: RoleName): string => role.replace(/^(da-node|gateway|store)-\d$/, '$1')

/** Keeps the processes of a stack: starts, kills and restarts them, and tells when one ends by itself. */
export class Roles {
  /** Rejects when a process ended that nobody stopped or killed. */
  readonly failed: Promise<never>

  private readonly running = new Map<RoleName, { child: Child; options: ChildOptions }>()
  private readonly expected = new WeakSet<Child>()
  private readonly deps: ChildDeps
  private readonly signal: AbortSignal
  private readonly fail: (error: unknown) => void

  constructor(deps: ChildDeps, signal: AbortSignal) {
    this.deps = deps
    this.signal = signal
    const { promise, reject } = Promise.withResolvers<never>()
    this.failed = promise
    this.fail = reject
    // Whoever runs the stack races with it; until then a rejection must not end the process.
    promise.catch(() => undefined)
  }

  /** @throws {LabError} `CHILD_ENDED`, `CHILD_NOT_READY`. */
  async start(role: RoleName, options: ChildOptions): Promise<Child> {
    const child = await startChild(this.deps, options, this.signal)
    this.running.set(role, { child, options })
    void child.exited.then(({ code, stopped }) => {
      if (stopped || this.expected.has(child)) return
      this.fail(new LabError({ code: 'CHILD_ENDED', role, reason: lastWords(child.lastLines()), exitCode: code }))
    })
    return child
  }

  get(role: RoleName): Child {
    return this.held(role).child
  }

  /** A variable of the environment that a process has. */
  variable(role: RoleName, name: string): string | undefined {
    return this.held(role).options.env[name]
  }

  /** Process ids by role. */
  get pids(): ReadonlyMap<RoleName, number> {
    return new Map([...this.running].map(([role, { child }]) => [role, child.pid]))
  }

  /** Ends a process as a crash would; resolves when it is gone. */
  async kill(role: RoleName): Promise<void> {
    const { child } = this.held(role)
    this.expected.add(child)
    process.kill(child.pid, 'SIGKILL')
    await child.exited
  }

  /** Stops one process as an operator would; resolves when it is gone. */
  async halt(role: RoleName): Promise<void> {
    await this.held(role).child.stop()
  }

  /** Starts a process again that was killed or halted, where it was, with some variables changed, and without those that are undefined. */
  async restart(role: RoleName, variables: Readonly<Record<string, string | undefined>> = {}): Promise<Child> {
    const { child, options } = this.held(role)
    const port = new URL(child.ready.url as string).port
    const changed = Object.entries({ ...options.env, ...variables, PARLEY_RUN_PORT: port })
    const env = Object.fromEntries(changed.filter((each): each is [string, string] => each[1] !== undefined))
    return this.start(role, { ...options, env })
  }

  /**
   * Starts one more process as `role` is started, but for some variables. Whoever asks stops it.
   * @throws {LabError} `CHILD_ENDED`, `CHILD_NOT_READY`.
   */
  async startBeside(role: RoleName, variables: ChildOptions['env']): Promise<Child> {
    const { options } = this.held(role)
    return startChild(this.deps, { ...options, env: { ...options.env, ...variables } }, this.signal)
  }

  /** Stops all, those that use others first. */
  async stop(): Promise<void> {
    for (const role of roleNames.toReversed()) await this.running.get(role)?.child.stop()
  }

  private held(role: RoleName): { child: Child; options: ChildOptions } {
    const held = this.running.get(role)
    if (held === undefined) throw new RangeError(`no ${role} runs in this stack`)
    return held
  }
}
