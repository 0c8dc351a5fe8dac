/// A merchant's kind of identifier.
package enum MerchantEntity: Identified { package static let idPrefix = "mer" }
/// An agent's.
package enum AgentEntity: Identified { package static let idPrefix = "agt" }
/// A call's.
package enum CallEntity: Identified { package static let idPrefix = "call" }
/// A user's.
package enum UserEntity: Identified { package static let idPrefix = "usr" }
/// A login's, which all tokens that came from it share.
package enum SessionEntity: Identified { package static let idPrefix = "ses" }
/// A gate decision's.
package enum DecisionEntity: Identified { package static let idPrefix = "dec" }
/// A consent's.
package enum ConsentEntity: Identified { package static let idPrefix = "con" }
/// A consent form's.
package enum ConsentFormEntity: Identified { package static let idPrefix = "cfm" }
/// A suppression's.
package enum SuppressionEntity: Identified { package static let idPrefix = "sup" }
/// That of a person's erasure.
package enum ErasureEntity: Identified { package static let idPrefix = "era" }
/// That of a declaration of calls that machines make.
package enum A2PDeclarationEntity: Identified { package static let idPrefix = "a2p" }
/// That of a template of the operators' DLT platforms.
package enum CallTemplateEntity: Identified { package static let idPrefix = "ctp" }
/// A webhook endpoint's.
package enum WebhookEndpointEntity: Identified { package static let idPrefix = "wep" }
/// An event's message: `webhook-id` on the wire.
package enum MessageEntity: Identified { package static let idPrefix = "msg" }
/// A webhook delivery's.
package enum WebhookDeliveryEntity: Identified { package static let idPrefix = "whd" }
/// A document's that agents answer from.
package enum DocumentEntity: Identified { package static let idPrefix = "doc" }

package typealias MerchantID = ID<MerchantEntity>
package typealias AgentID = ID<AgentEntity>
package typealias CallID = ID<CallEntity>
package typealias UserID = ID<UserEntity>
package typealias SessionID = ID<SessionEntity>
package typealias DecisionID = ID<DecisionEntity>
package typealias ConsentID = ID<ConsentEntity>
package typealias ConsentFormID = ID<ConsentFormEntity>
package typealias SuppressionID = ID<SuppressionEntity>
package typealias ErasureID = ID<ErasureEntity>
package typealias A2PDeclarationID = ID<A2PDeclarationEntity>
package typealias CallTemplateID = ID<CallTemplateEntity>
package typealias WebhookEndpointID = ID<WebhookEndpointEntity>
package typealias MessageID = ID<MessageEntity>
package typealias WebhookDeliveryID = ID<WebhookDeliveryEntity>
package typealias DocumentID = ID<DocumentEntity>
