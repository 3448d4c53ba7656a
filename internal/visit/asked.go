package visit

import "ariane/internal/rule"

// DeviceField asks what the devices of a contact say about themselves, their user
// agents.
func DeviceField() rule.Field {
	return rule.Field{Expr: "LOWER(agent.body)", Folded: true,
		Within: "EXISTS (SELECT 1 FROM device JOIN visit_text agent ON agent.id = device.user_agent_id WHERE device.contact_id = contact.id AND {})"}
}
