// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Attestation, CertificateCode, CommitteeRules, EpochState, MemberState} from "../types/Committee.sol";
import {ICertificates} from "./ICertificates.sol";

/// @title The data committee
/// @notice Third parties that keep batches and sign that they do. Their signatures are checked here when a batch is claimed, and
/// whoever signed and does not show a chunk that it is asked for loses stake.
/// @dev It never stands for the data challenges of the rollup. The balance is stakes, open deposits, credits and what is burned.
interface IDataCommittee is ICertificates {
    /// @notice Thrown when the URL of a member has `length` bytes, not 1 to `max`.
    error DataCommittee_UrlLength(uint256 length, uint256 max);
    /// @notice Thrown when a member registers for another owner than `owner`, who has its stake.
    error DataCommittee_AnotherOwner(address owner);
    /// @notice Thrown when `account` never registered.
    error DataCommittee_NotRegistered(address account);
    /// @notice Thrown when `caller` is not the owner of the member's stake.
    error DataCommittee_NotOwner(address caller);
    /// @notice Thrown when there is nothing to pay or to put at stake.
    error DataCommittee_AmountZero();
    /// @notice Thrown when a stake leaves before `unlocksAt`; 2^64 - 1 while the member is in the latest epoch.
    error DataCommittee_Locked(uint64 unlocksAt);
    /// @notice Thrown when an epoch has `count` members, not 1 to `max`.
    error DataCommittee_MemberCount(uint256 count, uint256 max);
    /// @notice Thrown when `k` signatures of `n` members are not more than half of them, or more than there are.
    error DataCommittee_Threshold(uint256 k, uint256 n);
    /// @notice Thrown when certificates of `scheme` cannot be checked.
    error DataCommittee_UnknownScheme(uint8 scheme);
    /// @notice Thrown when `member` has `stake` wei, fewer than the `required`.
    error DataCommittee_StakeTooSmall(address member, uint256 stake, uint256 required);
    /// @notice Thrown when `member` stands twice in an epoch.
    error DataCommittee_MemberTwice(address member);
    /// @notice Thrown when an epoch would not begin after the one before it, which begins at `startsAt`.
    error DataCommittee_RotatedAlready(uint64 startsAt);
    /// @notice Thrown when epoch `epoch` was never announced.
    error DataCommittee_UnknownEpoch(uint32 epoch);
    /// @notice Thrown when the certificate of a challenge is none.
    error DataCommittee_NotCertified(CertificateCode code);
    /// @notice Thrown when chunk `index` is asked for of a part with `count`.
    error DataCommittee_NoSuchChunk(uint256 index, uint256 count);
    /// @notice Thrown when a chunk is asked for after `until`: an answer window before its certificate ends.
    error DataCommittee_AskedTooLate(uint256 until);
    /// @notice Thrown when the chunk is asked for and not yet answered.
    error DataCommittee_AskedAlready();
    /// @notice Thrown when `max` chunks of the certificate are open.
    error DataCommittee_TooManyOpen(uint256 max);
    /// @notice Thrown when `value` wei are sent for a challenge that needs `required`.
    error DataCommittee_DepositTooSmall(uint256 value, uint256 required);
    /// @notice Thrown when the chunk is not open.
    error DataCommittee_NotOpen();
    /// @notice Thrown when an answer comes after `deadline`.
    error DataCommittee_AnsweredTooLate(uint64 deadline);
    /// @notice Thrown when a chunk has not `expected` bytes, or its path not as many steps as the part's tree.
    error DataCommittee_WrongProofLength(uint256 length, uint256 expected);
    /// @notice Thrown when an answer leads to `root`, not to the part's `chunkRoot`.
    error DataCommittee_WrongChunk(bytes32 root, bytes32 chunkRoot);
    /// @notice Thrown when a chunk is called unanswered before `deadline` has passed.
    error DataCommittee_AnswerPending(uint64 deadline);
    /// @notice Thrown when `recipient` refuses `value` wei.
    error DataCommittee_PaymentFailed(address recipient, uint256 value);

    /// @notice Emitted when `member` says, by calling from its own key, where it serves and to whom its stake belongs.
    event MemberRegistered(address indexed member, address indexed owner, string url);
    /// @notice Emitted when `payer` adds `amount` to a member's stake.
    event StakeDeposited(address indexed member, address indexed payer, uint256 amount);
    /// @notice Emitted when the whole stake of a member is paid to `recipient`.
    event StakeWithdrawn(address indexed member, address indexed recipient, uint256 amount);
    /// @notice Emitted when an epoch is announced that begins at `startsAt`.
    event EpochAnnounced(uint32 indexed epoch, uint64 startsAt, uint8 k, uint8 scheme, address[] members);
    /// @notice Emitted when chunk `index` of a part is asked for. `digest` is what the signers of `mask` signed.
    event ChunkChallenged(
        bytes32 indexed digest,
        uint8 part,
        uint32 index,
        address challenger,
        uint64 deadline,
        uint32 mask,
        Attestation attestation
    );
    /// @notice Emitted when `answerer` shows the chunk.
    event ChunkAnswered(bytes32 indexed digest, uint8 part, uint32 index, address answerer);
    /// @notice Emitted when a chunk was not shown in time.
    event ChunkUnanswered(bytes32 indexed digest, uint8 part, uint32 index);
    /// @notice Emitted for each signer that loses `value` wei for it, of which the challenger is credited `reward`.
    event MemberSlashed(address indexed member, bytes32 indexed digest, uint256 value, uint256 reward);
    /// @notice Emitted when `account` is owed `value` wei more.
    event Credited(address indexed account, uint256 value);
    /// @notice Emitted when a credit is paid to `recipient`.
    event CreditWithdrawn(address indexed account, address indexed recipient, uint256 value);

    /// @notice Makes the caller's key that of a member: whoever calls has it. Again, to serve elsewhere.
    /// @param owner To whom the stake belongs, so that it need not lie in the hands of a key that is online; for ever.
    /// @param url Where parts are served, 1 to 256 bytes.
    function register(address owner, string calldata url) external;

    /// @notice Adds the value sent to the stake of `member`.
    function deposit(address member) external payable;

    /// @notice Pays the whole stake of `member` to `recipient`. Only its owner may call, and only once nothing that the member signed
    /// can be asked for any more: `grace`, `maxRetention` and `answerWindow` after the end of its last epoch.
    function exit(address member, address recipient) external;

    /// @notice Announces an epoch of `members`, any `k` of whom make a certificate. Only the governance may call; the first epoch, which
    /// begins at once, whoever deployed the contract may announce, too.
    /// @dev Epochs are only ever added. The one before ends where the new one begins. Every member has the stake that the rules say.
    function rotate(address[] calldata members, uint8 k, uint8 scheme) external returns (uint32 epoch);

    /// @notice Asks the signers of a certificate for chunk `index` of the part that the pointer names, with `chunkDeposit` wei at
    /// least; what is above is credited back.
    /// @dev Whether a claim has the certificate does not matter, nor whether its epoch is over. A chunk is open once at most, a
    /// certificate in 64 places.
    function challengeChunk(bytes calldata pointer, uint32 index) external payable;

    /// @notice Shows a chunk that is open; anyone may. The caller is credited what it costs, from the deposit, the challenger the rest.
    /// @param part Which of the attestation's parts, from 0.
    /// @param chunk 1,024 bytes, zeros beyond the part's end.
    /// @param path Siblings of the chunk's leaf, the lowest first.
    function answerChunk(
        Attestation calldata attestation,
        uint8 part,
        uint32 index,
        bytes calldata chunk,
        bytes32[] calldata path
    ) external;

    /// @notice Takes the fault from every signer of a certificate whose chunk was not shown in time, once a signer and attestation:
    /// half is burned, half credited to the challenger, with its deposit. Anyone may call.
    function slash(Attestation calldata attestation, uint8 part, uint32 index) external;

    /// @notice Pays the caller's credit to `recipient`.
    function withdrawCredit(address recipient) external;

    /// @notice What it was deployed with.
    function rules() external view returns (CommitteeRules memory);

    /// @notice Number of the latest epoch announced; 0 for none. The first is 1.
    function epochCount() external view returns (uint32);

    /// @notice Epoch `epoch`, which must be announced.
    function epochOf(uint32 epoch) external view returns (EpochState memory);

    /// @notice How `member` stands.
    function memberOf(address member) external view returns (MemberState memory);

    /// @notice Wei with which a chunk is asked for now.
    function chunkDeposit() external view returns (uint256);

    /// @notice The open challenge of a chunk of the attestation with `digest`; all 0 when there is none.
    function challengeOf(bytes32 digest, uint8 part, uint32 index)
        external
        view
        returns (address challenger, uint64 deadline, uint256 deposit_, uint32 mask);

    /// @notice What members sign of `attestation`.
    function digestOf(Attestation calldata attestation) external view returns (bytes32);

    /// @notice Wei owed to `account`.
    function creditOf(address account) external view returns (uint256);

    /// @notice Wei taken from members that nobody has any more.
    function burned() external view returns (uint256);
}
