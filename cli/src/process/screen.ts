/** The part of a terminal or file that a command writes to. */
export interface Screen {
  readonly isTTY?: boolean
  /** Width of the terminal. */
  readonly columns?: number
  write(text: string): void
}
