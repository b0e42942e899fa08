/** One check of a compliance suite. Any runner will do: call `run` under `name`; it rejects when the check fails. */
export interface ComplianceCase {
  /** `subject › fact`. */
  readonly name: string
  run(): Promise<void>
}
