namespace Loop.Cli;

/// <summary>How many keystrokes apart two words are (Levenshtein), to guess what was meant.</summary>
public static class EditDistance
{
    /// <summary>Insertions, removals and replacements from <paramref name="left"/> to <paramref name="right"/>.</summary>
    public static int Between(string left, string right)
    {
        int[] previous = [.. Enumerable.Range(0, right.Length + 1)];
        for (int row = 1; row <= left.Length; row++)
        {
            int[] current = new int[right.Length + 1];
            current[0] = row;
            for (int column = 1; column <= right.Length; column++)
            {
                int replaced = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                current[column] = Math.Min(replaced, Math.Min(previous[column], current[column - 1]) + 1);
            }

            previous = current;
        }

        return previous[right.Length];
    }
}
