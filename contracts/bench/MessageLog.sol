// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A messaging contract to measure against, and for nothing else
/// @notice What Parley keeps of a message, done the plain way: one transaction a message, membership checked, a head
/// for every conversation, an event. The transaction's own signature and nonce stand for the message's.
contract MessageLog {
    struct Conversation {
        bytes32 head;
        uint64 count;
    }

    /// @notice Thrown when the sender is no member of the conversation.
    error MessageLog_NotAMember(uint256 conversation, address sender);

    /// @notice Emitted for every message; `position` counts from 0 in its conversation.
    event MessageSent(uint256 indexed conversation, address indexed sender, uint64 position, bytes32 content);

    /// @notice Head and number of messages of each conversation.
    mapping(uint256 conversation => Conversation) public conversations;
    /// @notice Who may speak where.
    mapping(uint256 conversation => mapping(address account => bool)) public isMember;

    /// @notice Gives conversations two members each.
    /// @param first Number of the first conversation; the others follow.
    function open(uint256 first, address[2][] calldata members) external {
        for (uint256 i; i < members.length; ++i) {
            isMember[first + i][members[i][0]] = true;
            isMember[first + i][members[i][1]] = true;
        }
    }

    /// @notice Sends one message.
    function send(uint256 conversation, bytes32 content) external {
        if (!isMember[conversation][msg.sender]) revert MessageLog_NotAMember(conversation, msg.sender);
        Conversation storage its = conversations[conversation];
        uint64 position = its.count;
        // forge-lint: disable-next-line(asm-keccak256) written for readers
        its.head = keccak256(abi.encode(its.head, msg.sender, position, content));
        its.count = position + 1;
        emit MessageSent(conversation, msg.sender, position, content);
    }
}
