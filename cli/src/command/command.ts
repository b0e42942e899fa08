import type { Config, Key } from '../config/config.ts'
import type { Context } from '../process/context.ts'

/** One command of `parley`; each is a file of its own. */
export interface CommandDefinition<C extends Config = Config, K extends string = Key> {
  /** Words of the command, such as `bench pipeline`. */
  readonly name: string
  readonly about: string
  /** Names of positional arguments with what they mean, `<name>` or `[name]`. */
  readonly args?: readonly { readonly name: string; readonly about: string }[]
  /** Whole command lines that show how it is used. */
  readonly examples?: readonly string[]
  /** Configuration keys whose flags the command takes. */
  readonly keys: readonly K[] | 'every'
  /** What a key means to this command, where it means more to all of them. */
  readonly abouts?: Readonly<Partial<Record<K, string>>>
  /** What keys are to this command when no source names them, where that differs from the others’. */
  readonly fallbacks?: Readonly<Partial<Record<K, unknown>>>
  /** That it serves on: what it prints when it is ready need not be read. */
  readonly serves?: true
  /** @returns the exit code. @throws {CodedError} for everything that goes wrong. */
  run(context: Context<C>, args: readonly string[]): Promise<number>
}

/** Keys of every command. */
export const commonKeys: readonly Key[] = ['log.level', 'log.format']
