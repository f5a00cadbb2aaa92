using HyperIngest.Mqtt;

namespace HyperIngest.Protocols.Mqtt.Topics;

/// <summary>What rules together subscribe to.</summary>
internal static class TopicFilters
{
    /// <summary>
    /// A subscription for every rule, but for those whose topics another one of the same group brings with no lower quality of service: a broker may deliver a message once for each
    /// subscription that fits it (MQTT 5.0, 3.3.4).
    /// </summary>
    public static List<MqttSubscription> Of(IReadOnlyList<(MqttRuleOptions Rule, TopicTemplate Topic)> rules)
    {
        List<MqttSubscription> subscriptions = [];
        for (int i = 0; i < rules.Count; i++)
        {
            (MqttRuleOptions rule, TopicTemplate topic) = rules[i];
            bool isCovered = false;
            for (int j = 0; j < rules.Count && !isCovered; j++)
            {
                (MqttRuleOptions other, TopicTemplate wide) = rules[j];
                if (i == j || other.Group != rule.Group || other.Qos < rule.Qos || !Covers(wide.Filter, topic.Filter)) continue;
                // Of two that cover each other the first stays.
                isCovered = j < i || other.Qos > rule.Qos || !Covers(topic.Filter, wide.Filter);
            }
            if (!isCovered) subscriptions.Add(new MqttSubscription(rule.Group is { } group ? $"$share/{group}/{topic.Filter}" : topic.Filter, rule.Qos));
        }
        return subscriptions;
    }

    /// <summary>Whether every topic of <paramref name="narrow"/> is one of <paramref name="wide"/>.</summary>
    internal static bool Covers(string wide, string narrow)
    {
        string[] outer = wide.Split('/');
        string[] inner = narrow.Split('/');
        // A wildcard at the start does not take the broker's own topics.
        if (outer[0] is "+" or "#" && inner[0].StartsWith('$')) return false;
        for (int i = 0; i < outer.Length; i++)
        {
            if (outer[i] == "#") return true;
            if (i >= inner.Length || inner[i] == "#" || (outer[i] != "+" && outer[i] != inner[i])) return false;
        }
        return inner.Length == outer.Length;
    }
}
