using System.Runtime.InteropServices;

namespace Loop.Replayer.Agent.Linux;

/// <summary>Numbers of system calls on x86-64 and arm64 (asm/unistd_64.h, asm-generic/unistd.h). Those from 424 on are the same everywhere.</summary>
internal static class SystemCalls
{
    public const int CloseRange = 436, MountSetAttributes = 442;
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.Arm64;

    /// <summary>AUDIT_ARCH_X86_64 or AUDIT_ARCH_AARCH64.</summary>
    public static uint Architecture { get; } = IsArm ? 0xC00000B7 : 0xC000003E;

    public static int PivotRoot { get; } = IsArm ? 41 : 155;

    public static int SetCapabilities { get; } = IsArm ? 91 : 126;

    public static int Clone { get; } = IsArm ? 220 : 56;

    public static int Unshare { get; } = IsArm ? 97 : 272;

    public static int Socket { get; } = IsArm ? 198 : 41;

    /// <summary>Ways into other namespaces, other processes, the kernel, or the keys of the host's user.</summary>
    public static int[] Forbidden { get; } =
    [
        .. IsArm
            // ptrace, process_vm_readv, process_vm_writev, kcmp; mount, umount2, pivot_root, chroot; unshare, setns
            ? new[] { 117, 270, 271, 272, 40, 39, 41, 51, 97, 268,
            // bpf, perf_event_open, userfaultfd; kexec_load, kexec_file_load, init_module, finit_module, delete_module
                280, 241, 282, 104, 294, 105, 273, 106,
            // add_key, request_key, keyctl; name_to_handle_at, open_by_handle_at; reboot, swapon, swapoff, acct, quotactl
                217, 218, 219, 264, 265, 142, 224, 225, 89, 60 }
            : new[] { 101, 310, 311, 312, 165, 166, 155, 161, 272, 308,
                321, 298, 323, 246, 320, 175, 313, 176,
                248, 249, 250, 303, 304, 169, 167, 168, 163, 179 },
        // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick; pidfd_getfd; mount_setattr, open_tree_attr
        428, 429, 430, 431, 432, 433, 438, 442, 467,
    ];

    /// <summary>io_uring_setup, io_uring_enter, io_uring_register, clone3.</summary>
    public static int[] Absent { get; } = [425, 426, 427, 435];
}
