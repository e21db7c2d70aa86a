using System.Globalization;
using System.Text.Json.Nodes;

namespace ForensicKit.EndpointServer;

/// <summary>The ways in which the server misbehaves.</summary>
internal static class Faults
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(2);

    /// <summary>Acts on a request if the fault concerns it; null where it does not.</summary>
    public static async Task<bool?> ActAsync(string[] fault, Wire wire, Request request, int number, int elsewhere, Func<string[], bool> take)
    {
        switch (fault[0])
        {
            // status~TIMES~CODE~RETRY-AFTER
            case "status" when take(fault):
                await wire.SendAsync(
                    int.Parse(fault[2], CultureInfo.InvariantCulture), "application/json", """{"error": {"message": "Told\r\nto wait, Bearer """ + request.Headers.GetValueOrDefault("Authorization") + "\"}}",
                    fault.Length > 3 ? $"Retry-After: {fault[3]}\r\n" : "");
                return true;
            // window~FROM~TO~CODE: of all questions, those numbers.
            case "window" when number >= int.Parse(fault[1], CultureInfo.InvariantCulture) && number <= int.Parse(fault[2], CultureInfo.InvariantCulture):
                await wire.SendAsync(int.Parse(fault[3], CultureInfo.InvariantCulture), "application/json", "{}");
                return true;
            case "reset" when take(fault):
                wire.Reset();
                return false;
            case "cut" when take(fault):
                await wire.RawAsync(Wire.Head(200, "application/json", "", 5000) + "{\"choices\": [{\"te");
                return false;
            case "hang":
                await Task.Delay(s_long);
                return false;
            case "slow":
                await Task.Delay(int.Parse(fault[1], CultureInfo.InvariantCulture));
                return null;
            case "shuffled":
                await Task.Delay((int)(WordModel.Hash(request.Body) % 150));
                return null;
            case "malformed":
                await wire.SendAsync(200, "application/json", "{\"choices\": [{\"text\": \"x\", ]}");
                return true;
            case "page":
                await wire.SendAsync(200, "application/json", "<html>Hello</html>");
                return true;
            case "twice":
                await wire.SendAsync(200, "application/json", "{\"choices\": [], \"choices\": []}");
                return true;
            case "deep":
                await wire.SendAsync(200, "application/json", "{\"a\":" + new string('[', 5000) + new string(']', 5000) + "}");
                return true;
            case "gzip":
                await wire.SendAsync(200, "application/json", "x", "Content-Encoding: gzip\r\n");
                return true;
            case "redirect":
                await wire.SendAsync(307, "text/plain", "", string.Create(CultureInfo.InvariantCulture, $"Location: http://127.0.0.1:{elsewhere}/x/v1/completions\r\n"));
                return true;
            case "long":
                await wire.RawAsync(Wire.Head(200, "application/json", "", int.MaxValue));
                await Task.Delay(s_long);
                return false;
            case "endlessbody":
                await wire.BeginAsync("application/json");
                while (true)
                    await wire.ChunkAsync(new string(' ', 1 << 16));
            case "endlesshead":
                await wire.RawAsync("HTTP/1.1 200 OK\r\n");
                while (true)
                    await wire.RawAsync("X-More: " + new string('x', 1 << 14) + "\r\n");
            case "garbage":
                await wire.RawAsync("SSH-2.0-OpenSSH_9.9\r\n\r\n");
                return false;
            default:
                return null;
        }
    }

    /// <summary>Streams an answer, with the faults of streams.</summary>
    public static async Task<bool> StreamAsync(Scenario scenario, Wire wire, Answers answers, Func<string[], bool> take)
    {
        await wire.BeginAsync("text/event-stream");
        var pieces = answers.Pieces().ToList();
        for (var i = 0; i < pieces.Count; i++)
        {
            var data = "data: " + pieces[i].ToJsonString() + "\n\n";
            if (scenario.Has("cutstream") && i == int.Parse(scenario.Of("cutstream")[2], CultureInfo.InvariantCulture) && take(scenario.Of("cutstream")))
            {
                // In the middle of an event.
                await wire.ChunkAsync(data[..(data.Length / 2)]);
                wire.Reset();
                return false;
            }

            if (scenario.Has("stall") && i == int.Parse(scenario.Of("stall")[1], CultureInfo.InvariantCulture))
                await Task.Delay(s_long);
            if (scenario.Has("loris") && i > 0)
            {
                foreach (var c in data)
                {
                    await wire.ChunkAsync(c.ToString());
                    await Task.Delay(100);
                }
            }

            if (scenario.Has("crlf"))
                data = ": still here\r\n\r\nevent: piece\r\n" + data.Replace("\n\n", "\r\n\r\n", StringComparison.Ordinal);
            // Two events and a half may arrive at once.
            var half = data.Length / 2;
            await wire.ChunkAsync(data[..half]);
            await wire.ChunkAsync(data[half..]);
            if (scenario.Has("pace"))
                await Task.Delay(int.Parse(scenario.Of("pace")[1], CultureInfo.InvariantCulture));
            if (scenario.Has("endless") && i == 2)
            {
                while (true)
                    await wire.ChunkAsync(data);
            }

            if (scenario.Has("longline") && i == 2)
            {
                await wire.ChunkAsync("data: ");
                while (true)
                    await wire.ChunkAsync(new string('x', 1 << 16));
            }
        }

        if (!scenario.Has("nodone"))
            await wire.ChunkAsync("data: [DONE]\n\n");
        await wire.EndAsync();
        return true;
    }

    /// <summary>Spoils a whole answer.</summary>
    public static void Spoil(Scenario scenario, JsonObject answer)
    {
        var choice = answer["choices"]![0]!.AsObject();
        if (scenario.Has("index"))
            choice["index"] = 1;
        if (scenario.Has("twochoices"))
            answer["choices"]!.AsArray().Add(choice.DeepClone());
        if (scenario.Has("nochoices"))
            answer["choices"] = new JsonArray();
        if (scenario.Has("othermodel"))
            answer["model"] = "another\r\nmodel";
        if (scenario.Has("noreason"))
            choice["finish_reason"] = null;
        if (scenario.Has("wordreason"))
            choice["finish_reason"] = "Because\r\n";
        if (scenario.Has("number"))
            choice["text"] = 7;
        if (scenario.Has("negative"))
            answer["usage"]!["prompt_tokens"] = -5;
        if (choice["logprobs"] is not JsonObject logProbs)
            return;
        if (scenario.Has("huge"))
            logProbs["token_logprobs"]![0] = JsonNode.Parse("1e999");
        if (scenario.Has("positive"))
            logProbs["token_logprobs"]![0] = 0.5;
        if (scenario.Has("uneven"))
            logProbs["tokens"]!.AsArray().RemoveAt(0);
        if (scenario.Has("toomany"))
        {
            foreach (var list in new[] { "tokens", "token_logprobs", "top_logprobs", "text_offset" })
            {
                for (var i = 0; i < 100; i++)
                    logProbs[list]!.AsArray().Add(logProbs[list]![0]!.DeepClone());
            }
        }
    }
}
