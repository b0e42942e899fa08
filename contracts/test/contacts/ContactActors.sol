// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IContactDirectory} from "../../src/interfaces/IContactDirectory.sol";
import {AttributeChange, Authorization} from "../../src/types/Contacts.sol";
import {ContactSigning} from "../support/ContactSigning.sol";

/// @title Everyone who acts on the directory, and what they know must hold
/// @dev Each action either must succeed or must be refused, and says so; the invariants compare directory and ledger.
contract ContactActors is ContactSigning {
    uint256 public constant ACCOUNTS = 4;
    uint256 public constant KEYS = 5;
    uint256 private constant FAR = START + 10 ** 9;

    struct Known {
        bool registered;
        bool dead;
        address owner;
        uint256 changedAt;
        uint32 changes;
    }

    struct Live {
        uint64 validTo;
        uint32 number;
    }

    address[] private _accounts;
    mapping(address identity => Known) private _known;
    mapping(address identity => mapping(uint256 which => Live)) private _keys;
    mapping(address identity => mapping(address writer => Live)) private _writers;
    mapping(address signer => uint256) public nonces;
    address[] public registered;
    address public lastTouched;
    uint256 public fee = FEE;
    uint256 public paidWei;
    uint256 public collectedWei;

    bytes private _lastSigned;

    /// @dev What was let through that must be refused; empty when nothing.
    string public letThrough;
    mapping(string action => uint256) public calls;

    constructor(IContactDirectory directory_) {
        directory = directory_;
        for (uint256 i; i < ACCOUNTS; ++i) {
            _accounts.push(vm.addr(_key(i)));
        }
    }

    function account(uint256 i) public view returns (address) {
        return _accounts[i % ACCOUNTS];
    }

    function known(address identity) external view returns (Known memory) {
        return _known[identity];
    }

    function keyOf(address identity, uint256 which) external view returns (Live memory) {
        return _keys[identity][which];
    }

    function writerOf(address identity, address writer) external view returns (Live memory) {
        return _writers[identity][writer];
    }

    function valueOf(uint256 which) public pure returns (bytes memory) {
        return abi.encode("key", which);
    }

    function passTime(uint256 seconds_) external {
        calls["passTime"] += 1;
        vm.warp(vm.getBlockTimestamp() + clamp(seconds_, 1, 900));
        vm.roll(vm.getBlockNumber() + 1);
    }

    function register(uint256 who, bool signed) external {
        address identity = account(who);
        if (_known[identity].registered) return;
        vm.deal(address(this), fee);
        vm.deal(identity, fee);
        if (signed) {
            Authorization memory a = _authorize(who, registration(identity, none(), nonces[identity], FAR));
            directory.registerBySignature{value: fee}(none(), a);
            _noteSigned(identity, abi.encodeCall(IContactDirectory.registerBySignature, (none(), a)));
        } else {
            vm.prank(identity);
            directory.register{value: fee}(none());
        }
        (_known[identity].registered, _known[identity].owner) = (true, identity);
        registered.push(identity);
        paidWei += fee;
        calls["register"] += 1;
    }

    /// @dev Sets or revokes a key of `whose`, by whoever.
    function write(uint256 whose, uint256 who, uint256 which, uint256 validity, bool signed) external {
        address identity = account(whose);
        lastTouched = identity;
        address actor = account(who);
        which %= KEYS;
        validity = validity % 4 == 0 && _keys[identity][which].validTo != 0 ? 0 : clamp(validity, 1, 2000);
        AttributeChange[] memory changes = change(INSTALLATION, valueOf(which), uint64(validity));
        bytes memory call = abi.encodeCall(IContactDirectory.changeAttributes, (identity, changes));
        if (signed) {
            bytes32 hash = attributesChange(actor, identity, changes, nonces[actor], FAR);
            call = abi.encodeCall(
                IContactDirectory.changeAttributesBySignature, (identity, changes, _authorize(who, hash))
            );
        }
        bool allowed = _mayDecide(identity, actor) || _mayWrite(identity, actor);
        if (!_act(actor, call, signed, allowed, "a key of others")) return;
        _keys[identity][which] = _noteChange(identity, validity);
        calls["write"] += 1;
    }

    /// @dev Adds or revokes a writer of `whose`, by whoever.
    function setWriter(uint256 whose, uint256 who, uint256 whom, uint256 validity, bool signed) external {
        address identity = account(whose);
        lastTouched = identity;
        address actor = account(who);
        address writer = account(whom);
        validity = validity % 3 == 0 && _writers[identity][writer].validTo != 0 ? 0 : clamp(validity, 1, 2000);
        bytes memory call = validity == 0
            ? abi.encodeWithSignature("revokeDelegate(address,bytes32,address)", identity, WRITER, writer)
            : abi.encodeWithSignature(
                "addDelegate(address,bytes32,address,uint256)", identity, WRITER, writer, validity
            );
        if (signed) {
            bytes32 hash = keccak256(
                abi.encode(
                    keccak256(
                        "ChangeDelegate(address signer,address identity,bytes32 delegateType,address delegate,uint256 validity,uint256 nonce,uint256 deadline)"
                    ),
                    actor,
                    identity,
                    WRITER,
                    writer,
                    validity,
                    nonces[actor],
                    FAR
                )
            );
            call = abi.encodeCall(
                IContactDirectory.changeDelegateBySignature, (identity, WRITER, writer, validity, _authorize(who, hash))
            );
        }
        if (!_act(actor, call, signed, _mayDecide(identity, actor), "a delegate of others")) return;
        _writers[identity][writer] = _noteChange(identity, validity);
        calls["setWriter"] += 1;
    }

    function changeOwner(uint256 whose, uint256 who, uint256 whom, bool signed) external {
        address identity = account(whose);
        lastTouched = identity;
        address actor = account(who);
        address newOwner = whom % 24 == 0 ? address(0) : account(whom);
        bytes memory call = abi.encodeWithSignature("changeOwner(address,address)", identity, newOwner);
        if (signed) {
            bytes32 hash = ownerChange(actor, identity, newOwner, nonces[actor], FAR);
            call = abi.encodeCall(IContactDirectory.changeOwnerBySignature, (identity, newOwner, _authorize(who, hash)));
        }
        if (!_act(actor, call, signed, _mayDecide(identity, actor), "an owner of others")) return;
        _known[identity].owner = newOwner;
        _known[identity].dead = newOwner == address(0);
        _known[identity].changedAt = vm.getBlockNumber();
        calls["changeOwner"] += 1;
    }

    /// @dev What was signed last was used: it must not count again.
    function replay() external {
        if (_lastSigned.length == 0) return;
        vm.deal(address(this), fee);
        (bool done,) = address(directory).call(_lastSigned);
        if (done) letThrough = "a signature used before";
        calls["replay"] += 1;
    }

    function prune(uint256 whose) external {
        address identity = account(whose);
        lastTouched = identity;
        directory.prune(identity);
        for (uint256 i; i < KEYS; ++i) {
            if (_keys[identity][i].validTo <= vm.getBlockTimestamp()) delete _keys[identity][i];
        }
        for (uint256 i; i < ACCOUNTS; ++i) {
            if (_writers[identity][account(i)].validTo <= vm.getBlockTimestamp()) {
                delete _writers[identity][account(i)];
            }
        }
        calls["prune"] += 1;
    }

    function setFee(uint256 wei_, bool within) external {
        uint256 most = fee > 0.01 ether ? 0.1 ether : 10 * fee;
        uint256 next = within ? clamp(wei_, 1 gwei, most) : clamp(wei_, 0.1 ether + 1, 1 ether);
        vm.prank(GOVERNANCE);
        (bool done,) = address(directory).call(abi.encodeCall(IContactDirectory.setRegistrationFee, (next)));
        if (done && !within) letThrough = "a fee out of bounds";
        if (done && (next > 10 * fee || fee > 10 * next)) letThrough = "a fee that jumps";
        if (done) fee = next;
        calls["setFee"] += 1;
    }

    function collect() external {
        collectedWei += directory.collectFees();
        if (address(directory).balance != 0) letThrough = "fees left behind";
        calls["collect"] += 1;
    }

    /// @dev Whether it was done. What is allowed must be.
    function _act(address actor, bytes memory call, bool signed, bool allowed, string memory what)
        private
        returns (bool done)
    {
        if (!signed) vm.prank(actor);
        (done,) = address(directory).call(call);
        if (done && signed) _noteSigned(actor, call);
        if (done && !allowed) letThrough = what;
        assertTrue(done || !allowed, "what is allowed was refused");
        if (!done) calls["refused"] += 1;
    }

    function _noteSigned(address signer, bytes memory call) private {
        nonces[signer] += 1;
        _lastSigned = call;
    }

    function _noteChange(address identity, uint256 validity) private returns (Live memory) {
        Known storage k = _known[identity];
        k.changedAt = vm.getBlockNumber();
        k.changes += 1;
        if (validity == 0) return Live(0, 0);
        return Live(uint64(vm.getBlockTimestamp() + validity), k.changes);
    }

    function _authorize(uint256 who, bytes32 hash) private view returns (Authorization memory) {
        return authorization(_key(who), hash, FAR);
    }

    function _mayDecide(address identity, address actor) private view returns (bool) {
        Known memory k = _known[identity];
        return k.registered && !k.dead && k.owner == actor;
    }

    function _mayWrite(address identity, address actor) private view returns (bool) {
        Known memory k = _known[identity];
        return k.registered && !k.dead && _writers[identity][actor].validTo > vm.getBlockTimestamp();
    }

    function _key(uint256 i) private pure returns (uint256) {
        return 1 + i % ACCOUNTS;
    }
}
