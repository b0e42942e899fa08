import type { Given } from './line.ts'
import type { Session } from './session.ts'

/** One command of a chat. */
export interface ChatCommand {
  readonly name: string
  /** What follows it, as help shows it. */
  readonly form: string
  readonly about: string
  /** @returns what is printed once it is done. @throws {CodedError} what is printed as refused. */
  run(session: Session, given: Given): Promise<object> | object
}
