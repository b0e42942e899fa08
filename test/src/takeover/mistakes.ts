/**
 * Ways to break a rule of takeover, each of which the model must find: several appends under way at once; a signature before
 * the seal record is durable; a tail's number taken for an answer; a signer that forgets; a leader that has not read up to its
 * own term record; going on after a break of the connection without comparing what was read.
 */
export const mistakes = [
  'pipelined-appends',
  'early-signature',
  'deciding-by-tail',
  'forgetful-signer',
  'unread-takeover',
  'no-comparison',
] as const

export type Mistake = (typeof mistakes)[number]
