/** How far what a proof leads to is settled. Only a root that the L2 has proves anything. */
export type Grade = 'node' | 'claimed' | 'final'

/** A grade as people read it. */
export const gradeWords: Readonly<Record<Grade, string>> = {
  node: 'fits this node’s root',
  claimed: 'claimed on the L2',
  final: 'final on the L2',
}
