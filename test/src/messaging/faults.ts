/** A bug in the sources and the regression that must find it. */
export interface PlantedFault {
  readonly name: string
  /** Beginning of the test's name. */
  readonly test: string
  readonly file: string
  readonly find: string
  readonly replace: string
}

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'members encrypt while a removed one has a leaf',
    test: 'removal › a removed member reads nothing',
    file: 'src/engine/make.ts',
    find: 'if (stale.length > 0)',
    replace: 'if (stale.length > 99)',
  },
  {
    name: 'the library’s check of unmerged leaves',
    test: 'join › the four-commit join',
    file: 'src/mls/tree.ts',
    find: '!other.parent.unmergedLeaves.includes(leaf)',
    replace: 'other.parent.unmergedLeaves.join() !== node.parent.unmergedLeaves.join()',
  },
  {
    name: 'a former leaf is taken for granted',
    test: 'rejoin › resync without leaf',
    file: 'src/engine/make.ts',
    find: 'if (former !== undefined && former.claim.slot !== slot)',
    replace: 'if (former?.claim.slot !== slot)',
  },
  {
    name: 'a leaf may speak under any slot',
    test: 'copy › copy before original',
    file: 'src/engine/judge.ts',
    find: 'if (leaf.claim.slot !== slot)',
    replace: 'if (leaf.claim.slot === 99)',
  },
  {
    name: 'nobody checks who signed for a leaf',
    test: 'ghost › ghost by an admin',
    file: 'src/mls/slot-claim.ts',
    find: 'return portableVerifier.verifyMember(claim.slotKey, claimDigest(claim, context), claim.proof)',
    replace: 'return claimDigest(claim, context).length === 32 && portableVerifier.name !== ""',
  },
  {
    name: 'a commit whose secrets do not fit is ignored',
    test: 'insider › poisoned path secret',
    file: 'src/engine/judge.ts',
    find: "return { kind: 'gap', reason: 'private' }\n  }\n}",
    replace: "return { kind: 'refused', reason: 'private' }\n  }\n}",
  },
  {
    name: 'what is missing is passed over',
    test: 'gap › digest of nothing',
    file: 'src/engine/evaluate.ts',
    find: "{ gap: 'missing' }",
    replace: "'done'",
  },
  {
    name: 'who went by a skipped commit goes on',
    test: 'skip › skip of an applied commit, 1 epochs later',
    file: 'src/engine/take.ts',
    find: 'member?.applied.some(isNew) ?? false',
    replace: 'member === undefined && isNew(-1n)',
  },
  {
    name: 'only the last commit is looked at when one is skipped',
    test: 'skip › skip of an applied commit, 6 epochs later',
    file: 'src/engine/take.ts',
    find: 'member?.applied.some(isNew) ?? false',
    replace: 'member?.applied.slice(-1).some(isNew) ?? false',
  },
  {
    name: 'used keys are not stored before a message leaves',
    test: 'crash › same generation after a crash',
    file: 'src/conversation/conversation.ts',
    find: '...changes, state, intents:',
    replace: '...changes, state: { ...state, membership: this.held.stored.state.membership }, intents:',
  },
  {
    name: 'what was sent is sent again after a crash',
    test: 'crash › between the log and its entry',
    file: 'src/conversation/post.ts',
    find: 'if (nonce === undefined || now.nonce === nonce) return true',
    replace: 'if (nonce === undefined || now.nonce >= nonce) return true',
  },
]
