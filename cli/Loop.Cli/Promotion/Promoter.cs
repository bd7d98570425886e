using System.Text;
using System.Text.Json;
using Loop.Cli.Commands;
using Loop.Cli.Testing;
using Loop.Client;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.SandboxFiles;

namespace Loop.Cli.Promotion;

/// <summary>
/// Writes a test folder: (1) what is kept, and the replay that proves it, (2) the conversations that the replay needs, (3) the folder beside its place, (4) the
/// server's word that the proof holds for exactly what was written, (5) the manifest, and the folder into its place. A refusal at any step leaves nothing.
/// </summary>
internal sealed class Promoter(LoopClient client)
{
    private const int MaximumRuns = 100;

    /// <summary>Promotes.</summary>
    /// <exception cref="PromotionRefusedException">It cannot be a test.</exception>
    public async Task<PromotedTest> Promote(PromotionRequest request, CancellationToken cancellationToken)
    {
        // 1
        ConversationDetail conversation = await client.GetConversation(request.Conversation, cancellationToken);
        ProvenReplay.RequireWhole(conversation);
        string name = request.Name ?? conversation.Id;
        string place = Path.Combine(Path.GetFullPath(request.To), name);
        if (Path.Exists(place))
            throw new PromotionRefusedException($"{place} is there already; choose another name with --name, or remove it");
        ReplayReport proof = await ProvenReplay.Find(client, conversation.Id, cancellationToken);
        string sandboxPath = Path.GetFullPath(request.Sandbox ?? proof.Sandbox!.File);
        string text = await ReadSandbox(sandboxPath, cancellationToken);
        // 2
        NeededConversations needed = await NeededConversations.Find(client, conversation, SandboxFileReader.Read(text, sandboxPath).File!, proof.Sandbox!.Asked!.Before ?? [], cancellationToken);
        if (!request.AreBodiesReviewed)
            BodyReview.Require(needed.All);
        // 3
        string parent = Path.GetDirectoryName(place)!;
        bool isParentNew = !Directory.Exists(parent);
        string draft = Directory.CreateDirectory(Path.Combine(parent, $".{name}.{proof.Id}.draft")).FullName;
        try
        {
            MovedSandboxFile moved = SandboxFileMover.Move(text, sandboxPath, draft);
            TestManifest manifest = await Write(draft, moved, needed, proof, request.Expect, cancellationToken);
            // 4
            manifest = await Prove(draft, manifest, request, cancellationToken);
            // 5
            await File.WriteAllBytesAsync(Path.Combine(draft, TestManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, LoopJson.Indented), cancellationToken);
            string final = SandboxFileMover.Move(text, sandboxPath, place).Text;
            await File.WriteAllTextAsync(Path.Combine(draft, SandboxFile.FileName), final, cancellationToken);
            Directory.Move(draft, place);
            return new PromotedTest(name, place, conversation.Id, manifest.Expect, manifest.Plan.Times);
        }
        finally
        {
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
            if (isParentNew && !Directory.EnumerateFileSystemEntries(parent).Any())
                Directory.Delete(parent);
        }
    }

    private static async Task<string> ReadSandbox(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            throw new PromotionRefusedException($"the sandbox file {path} is not there", "Name it with --sandbox FILE.");
        string text = await File.ReadAllTextAsync(path, cancellationToken);
        SandboxFileResult result = SandboxFileReader.Read(text, path);
        return result.File is null
            ? throw new PromotionRefusedException($"the sandbox file {path} has faults", [.. result.Faults.Select(fault => fault.ToString())])
            : text;
    }

    private async Task<TestManifest> Write(string draft, MovedSandboxFile moved, NeededConversations needed, ReplayReport proof, Verdict expect, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(draft, SandboxFile.FileName), moved.Text, cancellationToken);
        // Line ends are part of what the hashes of the manifest cover.
        await File.WriteAllTextAsync(Path.Combine(draft, ".gitattributes"), "* -text\n", new UTF8Encoding(false), cancellationToken);
        List<TestFile> files = [];
        foreach (MovedData data in moved.Data)
        {
            string target = Path.Combine(draft, data.Target);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(data.Source, target);
            files.Add(new TestFile(data.Target, TestFolder.HashOf(target)));
        }

        List<TestConversation> conversations = [];
        Directory.CreateDirectory(Path.Combine(draft, TestFolder.ConversationsFolder));
        foreach ((string role, ConversationDetail conversation) in needed.ByRole)
            conversations.Add(await Export(draft, conversation.Id, role, cancellationToken));
        SandboxAsked asked = proof.Sandbox!.Asked!;
        TestNoise? noise = proof.Sandbox.Conditions is { Mask: "" } ? null : await WriteNoise(draft, proof, cancellationToken);
        int ways = asked.Permute ? Math.Max(1, proof.Sandbox.Runs.Select(run => run.Assignment).Distinct().Count()) : 1;
        return new TestManifest
        {
            Format = TestManifest.FormatName,
            // One that an earlier Loop would run as if it knew everything bears a version that it refuses.
            Version = asked.Permute || noise is not null ? TestManifest.CurrentVersion : 1,
            Conversation = proof.ConversationId,
            Expect = TestExpectation.Verdicts.First(pair => pair.Value == expect).Key,
            Plan = new TestPlan
            {
                Live = proof.Sandbox.Live,
                Hop = asked.Hop,
                Before = asked.Before ?? [],
                // Numbers of hops may be counted otherwise one day; ids stay.
                Judge = asked.Judge is null ? null : proof.Sandbox.Conditions!.JudgedHopId,
                Wrong = asked.Wrong,
                Expect = asked.Expect,
                Times = proof.Sandbox.Runs.Count / ways,
                Permute = asked.Permute,
            },
            Noise = noise,
            Conversations = conversations,
            Files = files,
            UsualSeconds = Math.Round(proof.Sandbox.Runs.Sum(run => run.PrepareMs + run.DriveMs + run.CompareMs) / 1000, 1),
        };
    }

    private async Task<TestNoise> WriteNoise(string draft, ReplayReport proof, CancellationToken cancellationToken)
    {
        string path = Path.Combine(draft, TestFolder.NoiseFile);
        GivenNoise noise = await client.GetReplayNoise(proof.Id, cancellationToken);
        await File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(noise, LoopJson.Indented), cancellationToken);
        return new TestNoise(TestFolder.NoiseFile, TestFolder.HashOf(path));
    }

    private async Task<TestConversation> Export(string draft, string id, string role, CancellationToken cancellationToken)
    {
        string file = $"{TestFolder.ConversationsFolder}/{id}.json";
        string path = Path.Combine(draft, file);
        await using (RecordedBody document = await client.ExportConversation(id, cancellationToken))
        await using (FileStream target = File.Create(path))
            await document.Content.CopyToAsync(target, cancellationToken);
        return new TestConversation(id, role, file, TestFolder.HashOf(path));
    }

    private async Task<TestManifest> Prove(string draft, TestManifest manifest, PromotionRequest request, CancellationToken cancellationToken)
    {
        ReplayCheck check = await client.CheckReplay(TestReplay.Of(new TestFolder(draft, manifest), Path.Combine(draft, SandboxFile.FileName), build: null), cancellationToken);
        if (check.Baselines.Count == 0)
            throw new PromotionRefusedException(
                $"no sealed replay of {manifest.Conversation} reproduced it under the plan of {request.Sandbox ?? "its sandbox file as it is now"}: state, environment, clock or another condition is not the one that was proven",
                $"Replay the build that failed with that file, then promote: loopctl replay {manifest.Conversation} --sandbox FILE");
        if (request.Expect is not Verdict.Fixed)
            return manifest with { Baselines = check.Baselines };
        if (check.Baselines.All(baseline => baseline.Row == "H"))
            throw new PromotionRefusedException($"nothing failed in {manifest.Conversation}, so nothing can be fixed", "To be told when it comes out otherwise: --expect-verdict reproduced");
        return check.RunsNeeded is { } runs and <= MaximumRuns
            ? manifest with { Baselines = check.Baselines, Plan = manifest.Plan with { Times = Math.Max(manifest.Plan.Times, runs) } }
            : throw new PromotionRefusedException($"it fails in {check.Baselines[0].ReproducedRuns} of {check.Baselines[0].Runs} runs, so rarely that {MaximumRuns} clean runs would not tell a fix from luck");
    }
}
