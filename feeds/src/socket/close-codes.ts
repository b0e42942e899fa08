/** Why the server ends a feed. @see docs/spec/feed.md */
export const closeCodes = {
  stopping: 1001,
  refused: 4400,
  forgotten: 4404,
  lineage: 4409,
  slow: 4408,
  quota: 4429,
  defect: 1011,
} as const
