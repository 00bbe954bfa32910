"""The objects that the simulator has and their fields, in the short lines of `fields`."""

from __future__ import annotations


def _address(of: str) -> str:
    return f"""
    {of}Street textarea(255) in={of}Address
    {of}City string(40) in={of}Address
    {of}State string(80) in={of}Address
    {of}PostalCode string(20) in={of}Address
    {of}Country string(80) in={of}Address
    {of}Address address
    """


_INDUSTRIES = "picklist(Agriculture|Banking|Consulting|Education|Energy|Manufacturing|Retail)"
_SOURCES = "picklist(Web|Phone Inquiry|Partner Referral|Purchased List|Other)"
_STAGES = "picklist(Prospecting|Qualification|Proposal|Closed Won|Closed Lost)"
_SALUTATIONS = "picklist(Mr.|Ms.|Mrs.|Dr.|Prof.)"
_ZONES = "picklist(Europe/Warsaw|Europe/London|America/Los_Angeles)"
_BORN = """
    Id id required
    IsDeleted boolean ro required
    CreatedById reference(User)=CreatedBy ro required
    CreatedDate datetime ro required
"""
_STATUS = """
    MasterLabel string(255) required
    ApiName string(255) required
    SortOrder int
    IsDefault boolean required
"""
SYSTEM = """
    Id id required
    IsDeleted boolean ro required
    CreatedDate datetime ro required
    CreatedById reference(User)=CreatedBy ro required
    LastModifiedDate datetime ro required
    LastModifiedById reference(User)=LastModifiedBy ro required
    SystemModstamp datetime ro required
"""
HISTORY = f"""
    {_BORN}
    Field picklist() ro required
    DataType picklist(Text|Boolean|Date|EntityId) ro
    OldValue string(255) ro unfiltered
    NewValue string(255) ro unfiltered
"""
SETUP = """
    Id id required
    SystemModstamp datetime ro required
"""
_PERSON = f"""
    Salutation {_SALUTATIONS} in=Name
    FirstName string(40) in=Name
    LastName string(80) required in=Name
    Name string(121) ro required
    Title string(128)
    Phone phone
    MobilePhone phone
    Fax phone
    Email email
    LeadSource {_SOURCES}
    Description textarea(32000)
    OwnerId reference(Group|User)=Owner required
    HasOptedOutOfEmail boolean required
    DoNotCall boolean required
    EmailBouncedReason string(255)
    EmailBouncedDate datetime
    LastActivityDate date ro
    LastViewedDate datetime ro
    MasterRecordId reference(Lead|Contact)=MasterRecord ro
    Seniority__c string(40)
    Function__c string(80)
    Consent__c picklist(yes|no)
    Fit_Class__c string(30) formula
"""
LEAD = f"""
    {_PERSON}
    Company string(255) required
    {_address("")}
    Website url
    Industry {_INDUSTRIES}
    Rating picklist(Hot|Warm|Cold)
    AnnualRevenue currency(18,0)
    NumberOfEmployees int(8)
    Status picklist(New|Working|Nurturing|Qualified|Unqualified|Converted) required
    IsConverted boolean ro required
    ConvertedDate date ro
    ConvertedAccountId reference(Account)=ConvertedAccount ro
    ConvertedContactId reference(Contact)=ConvertedContact ro
    ConvertedOpportunityId reference(Opportunity)=ConvertedOpportunity ro
    IsUnreadByOwner boolean required
    Budget__c currency(16,2)
    Planned_Purchase__c date
"""
CONTACT = f"""
    {_PERSON}
    AccountId reference(Account)=Account
    Department string(80)
    Birthdate date
    ReportsToId reference(Contact)=ReportsTo
    {_address("Mailing")}
    IsEmailBounced boolean ro required
    My_Stage__c picklist(Prospect|Evaluating|Customer|Former) restricted
    Budget__c currency(16,2)
"""
ACCOUNT = f"""
    Name string(255) required
    Type picklist(Prospect|Customer - Direct|Customer - Channel|Partner|Other)
    ParentId reference(Account)=Parent
    {_address("Billing")}
    Phone phone
    Website url
    Industry {_INDUSTRIES}
    AnnualRevenue currency(18,0)
    NumberOfEmployees int(8)
    Description textarea(32000)
    OwnerId reference(User)=Owner required
    LastActivityDate date ro
    MasterRecordId reference(Account)=MasterRecord ro
"""
PERSON_ACCOUNT = f"""
    IsPersonAccount boolean ro required
    PersonContactId reference(Contact)=PersonContact ro
    Salutation {_SALUTATIONS} in=Name
    FirstName string(40) in=Name
    LastName string(80) in=Name
    PersonTitle string(80)
    PersonEmail email
    PersonMobilePhone phone
    PersonLeadSource {_SOURCES}
    PersonHasOptedOutOfEmail boolean required
    Seniority__pc string(40)
    Consent__pc picklist(yes|no)
"""
_ACTIVITY = """
    WhoId reference(Contact|Lead)=Who
    WhatId reference(Account|Opportunity|Campaign)=What
    AccountId reference(Account)=Account ro
    Subject string(255)
    ActivityDate date
    Description textarea(32000)
    OwnerId reference(User)=Owner required
    IsArchived boolean ro required
    WhoCount int ro
    Type picklist(Call|Email|Meeting|Other)
"""
TASK = f"""
    {_ACTIVITY}
    Status picklist(Not Started|In Progress|Completed|Waiting on someone else|Deferred) required
    Priority picklist(High|Normal|Low) required
    IsHighPriority boolean ro required
    IsClosed boolean ro required
    TaskSubtype picklist(Task|Email|ListEmail|Cadence|Call) restricted fixed
    CallType picklist(Internal|Inbound|Outbound)
    CallDurationInSeconds int
    CallDisposition string(255)
    CompletedDateTime datetime ro
    IsRecurrence boolean ro required
    IsReminderSet boolean required
"""
EVENT = f"""
    {_ACTIVITY}
    Location string(255)
    IsAllDayEvent boolean required
    ActivityDateTime datetime
    StartDateTime datetime
    EndDateTime datetime
    EndDate date ro
    DurationInMinutes int
    EventSubtype picklist(Event) restricted fixed
    ShowAs picklist(Busy|OutOfOffice|Free) required
    IsPrivate boolean required
    IsChild boolean ro required
    IsGroupEvent boolean ro required
    GroupEventType picklist(0|1|2|3) ro
    IsRecurrence boolean ro required
"""
TASK_RELATION = """
    RelationId reference(Account|Contact|Lead|Opportunity)=Relation fixed
    TaskId reference(Task)=Task fixed required
    IsWhat boolean ro required
    AccountId reference(Account)=Account ro
"""
EVENT_RELATION = """
    RelationId reference(Account|Contact|Lead|Opportunity|User)=Relation fixed
    EventId reference(Event)=Event fixed required
    IsWhat boolean ro required
    IsParent boolean required
    IsInvitee boolean required
    AccountId reference(Account)=Account ro
    Status picklist(New|Declined|Accepted|Uninvited|Maybe)
    RespondedDate datetime
    Response string(255)
"""
EMAIL_MESSAGE = """
    ParentId reference(Case)=Parent fixed
    ActivityId reference(Task)=Activity fixed
    TextBody textarea(131072)
    HtmlBody textarea(131072)
    Subject string(3000)
    FromName string(1000)
    FromAddress email
    ToAddress string(4000)
    CcAddress string(4000)
    Incoming boolean fixed required
    HasAttachment boolean ro required
    Status picklist(0|1|2|3|4|5) restricted required
    MessageDate datetime
    ReplyToEmailMessageId reference(EmailMessage)=ReplyToEmailMessage fixed
    RelatedToId reference(Account|Opportunity|Campaign)=RelatedTo
    MessageIdentifier string(765)
    IsTracked boolean ro required
    IsOpened boolean ro required
    FirstOpenedDate datetime ro
    LastOpenedDate datetime ro
    IsBounced boolean ro required
    EmailTemplateId reference(EmailTemplate)=EmailTemplate fixed
"""
EMAIL_MESSAGE_RELATION = """
    EmailMessageId reference(EmailMessage)=EmailMessage fixed required
    RelationId reference(Contact|Lead|User)=Relation fixed
    RelationType picklist(ToAddress|CcAddress|BccAddress|FromAddress|OtherAddress) fixed
    RelationAddress string(766) fixed
    RelationObjectType string(40) ro
"""
CAMPAIGN = """
    Name string(80) required
    ParentId reference(Campaign)=Parent
    Type picklist(Conference|Webinar|Trade Show|Email|Content|Advertisement|Other)
    Status picklist(Planned|In Progress|Completed|Aborted)
    StartDate date
    EndDate date
    IsActive boolean required
    Description textarea(32000)
    OwnerId reference(User)=Owner required
    NumberOfResponses int ro
"""
CAMPAIGN_MEMBER = """
    CampaignId reference(Campaign)=Campaign fixed required
    LeadId reference(Lead)=Lead fixed
    ContactId reference(Contact)=Contact fixed
    LeadOrContactId reference(Contact|Lead)=LeadOrContact ro
    Status picklist(Sent|Responded|Registered|Attended|Downloaded|No Show)
    HasResponded boolean ro required
    FirstRespondedDate date ro
    Type picklist(Lead|Contact) ro restricted
    Email email ro
"""
OPPORTUNITY = f"""
    AccountId reference(Account)=Account
    Name string(120) required
    StageName {_STAGES} required
    Amount currency(18,2)
    Probability percent(3,0)
    CloseDate date required
    Type picklist(New Business|Existing Business)
    LeadSource {_SOURCES}
    IsClosed boolean ro required
    IsWon boolean ro required
    CampaignId reference(Campaign)=Campaign
    ContactId reference(Contact)=Contact fixed
    OwnerId reference(User)=Owner required
    LastStageChangeDate datetime ro
"""
OPPORTUNITY_CONTACT_ROLE = """
    OpportunityId reference(Opportunity)=Opportunity fixed required
    ContactId reference(Contact)=Contact required
    Role picklist(Decision Maker|Business User|Evaluator|Other)
    IsPrimary boolean required
"""
OPPORTUNITY_HISTORY = f"""
    {_BORN}
    SystemModstamp datetime ro required
    OpportunityId reference(Opportunity)=Opportunity ro required
    StageName {_STAGES} ro required
    Amount currency(18,2) ro
    Probability percent(3,0) ro
    CloseDate date ro
"""
LEAD_STATUS = f"""
    {_STATUS}
    IsConverted boolean required
"""
TASK_STATUS = f"""
    {_STATUS}
    IsClosed boolean required
"""
USER = f"""
    Username string(80) required
    FirstName string(40)
    LastName string(80) required
    Name string(121) ro required
    Email email required
    IsActive boolean required
    UserType picklist(Standard|PowerPartner|AutomatedProcess) ro
    ProfileId reference(Profile)=Profile required
    TimeZoneSidKey {_ZONES} required
"""
ORGANIZATION = f"""
    Name string(80) required
    OrganizationType picklist(Developer Edition|Enterprise Edition|Unlimited Edition) ro
    IsSandbox boolean ro required
    InstanceName string(5) ro
    NamespacePrefix string(15) ro
    TimeZoneSidKey {_ZONES} required
    DefaultLocaleSidKey picklist(en_US|pl_PL) required
"""
PERMISSION_SET = """
    Name string(80) required
    Label string(80) required
    Description string(255)
    IsOwnedByProfile boolean ro required
    NamespacePrefix string(15) ro
"""
PERMISSION_SET_ASSIGNMENT = """
    PermissionSetId reference(PermissionSet)=PermissionSet fixed required
    AssigneeId reference(User)=Assignee fixed required
    IsActive boolean ro required
"""
FIELD_PERMISSIONS = """
    ParentId reference(PermissionSet)=Parent fixed required
    SobjectType picklist() fixed required
    Field picklist() fixed required
    PermissionsRead boolean required
    PermissionsEdit boolean required
"""
OWN = """
    {0}Score{1} double(5,0)
    {0}Fit{1} double(5,0)
    {0}Engagement{1} double(5,0)
    {0}Grade{1} string(255)
    {0}Temperature{1} string(255)
    {0}Reasons{1} textarea(32768)
    {0}Model_Version{1} string(255)
    {0}Scored_At{1} datetime
"""
